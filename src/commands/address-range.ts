import ipaddr from "ipaddr.js";
import { z } from "zod";

/** An address or a range in CIDR form that a token may be used from. */
export const AddressRange = z
  .string()
  .trim()
  .max(50)
  .refine(
    (text) => ipaddr.isValidCIDR(text) || ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text),
    "must be an address or a range, for example 10.0.0.0/8",
  );
