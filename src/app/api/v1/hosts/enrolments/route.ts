import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { createEnrolment } from "#commands/create-enrolment.ts";
import { EnrolmentListParams, enrolmentList } from "#queries/host/enrolment-list.ts";

export const GET = apiRoute({
  role: "admin",
  summary: "Enrolment tokens that still work, and hosts that arrived with them",
  query: EnrolmentListParams,
  handle: ({ actor, query }) => enrolmentList(actor, query),
});

/** The answer shows the token once. */
export const POST = apiRoute({
  role: "admin",
  summary: "Makes a token with which Docker hosts enrol",
  body: z.record(z.string(), z.unknown()),
  status: 201,
  handle: ({ actor, body }) => createEnrolment(actor, body),
});
