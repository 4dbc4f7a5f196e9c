import { notFound } from "next/navigation";

/** Any other address: a 404 inside the frame, for those who are signed in. */
export default function Missing() {
  notFound();
}
