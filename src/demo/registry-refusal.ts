/** Error codes of the OCI distribution specification 1.1, §"Error Codes", and those of the Docker registry it grew from. */
export type RefusalCode =
  | "BLOB_UNKNOWN"
  | "BLOB_UPLOAD_INVALID"
  | "BLOB_UPLOAD_UNKNOWN"
  | "DIGEST_INVALID"
  | "MANIFEST_BLOB_UNKNOWN"
  | "MANIFEST_INVALID"
  | "MANIFEST_UNKNOWN"
  | "NAME_INVALID"
  | "NAME_UNKNOWN"
  | "SIZE_INVALID"
  | "PAGINATION_NUMBER_INVALID"
  | "UNAUTHORIZED"
  | "UNSUPPORTED";

/** A request that the registry does not accept, with the status and error body it answers. */
export class RegistryRefusal extends Error {
  readonly status: number;
  readonly code: RefusalCode;
  constructor(status: number, code: RefusalCode, message: string) {
    super(message);
    this.name = "RegistryRefusal";
    this.status = status;
    this.code = code;
  }
}
