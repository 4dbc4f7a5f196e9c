import { notFound } from "next/navigation";
import { AppError } from "#domain/app-error.ts";

/** What a page reads, or the 404 page when the thing it names does not exist. Other errors go on to the error page. */
export async function orNotFound<Data>(read: Promise<Data>): Promise<Data> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof AppError && (error.code === "not-found" || error.code === "validation-failed")) notFound();
    throw error;
  }
}
