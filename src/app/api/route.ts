import { unroutedAddress } from "./unrouted-address.ts";

export const GET = unroutedAddress;
export const POST = unroutedAddress;
export const PUT = unroutedAddress;
export const PATCH = unroutedAddress;
export const DELETE = unroutedAddress;
