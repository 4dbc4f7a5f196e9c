import type { ExemptionReason } from "./exemption.ts";

/** What a decision says in VEX, in the words of CycloneDX 1.6 (analysis) and of OpenVEX 0.2.0. */
export interface VexWords {
  cycloneDx: { state: "not_affected" | "exploitable"; justification?: string; response?: string[] };
  openVex:
    | { status: "not_affected"; justification: string }
    /** OpenVEX asks of every `affected` what is done about it. */
    | { status: "affected"; action: string };
}

/**
 * Only what does not hold or cannot run is "not affected". A risk that somebody accepted is still there, and whoever reads the
 * document must be told so.
 */
export const vexWords: Record<ExemptionReason, VexWords> = {
  "false-positive": {
    cycloneDx: { state: "not_affected", justification: "code_not_present" },
    openVex: { status: "not_affected", justification: "vulnerable_code_not_present" },
  },
  "not-reachable": {
    cycloneDx: { state: "not_affected", justification: "code_not_reachable" },
    openVex: { status: "not_affected", justification: "vulnerable_code_not_in_execute_path" },
  },
  "accepted-risk": {
    cycloneDx: { state: "exploitable", response: ["will_not_fix"] },
    openVex: { status: "affected", action: "The risk is accepted, it will not be fixed." },
  },
  mitigated: {
    cycloneDx: { state: "exploitable", response: ["workaround_available"] },
    openVex: { status: "affected", action: "It is mitigated otherwise, it will not be fixed." },
  },
  planned: {
    cycloneDx: { state: "exploitable", response: ["update"] },
    openVex: { status: "affected", action: "An update is planned." },
  },
};
