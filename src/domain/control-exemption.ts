import { z } from "zod";
import type { AssessmentStatus } from "./assessment.ts";

/** Why a control does not have to be met. Each needs a note in words beside it. */
export const exemptionReasons = ["accepted-risk", "mitigated", "planned", "false-positive"] as const;
export const ExemptionReason = z.enum(exemptionReasons);
export type ExemptionReason = z.infer<typeof ExemptionReason>;

/** How far an exemption reaches: one item of the control on one host, the control on one host, the control on every host. */
export const exemptionScopes = ["item", "host", "all"] as const;
export type ExemptionScope = (typeof exemptionScopes)[number];

/** What counts for a control: its verdict, or `exempt` where a person decided that it does not have to be met. */
export type EffectiveStatus = AssessmentStatus | "exempt";
