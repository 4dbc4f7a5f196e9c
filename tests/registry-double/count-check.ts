import { verifyFigures } from "#store/count/verify-figures.ts";

/**
 * Holds every stored figure against the plain count that also ships as `admin verify-figures`: row by row from the base tables and
 * without the tables and views that the product counts with. Returns how much there was to check.
 */
export async function expectCountsToEqualLists(): Promise<{ placements: number; findings: number }> {
  const { places, findings, differences, total } = await verifyFigures(new Date());
  if (total > 0) {
    const named = differences
      .slice(0, 8)
      .map(({ what, figure, stored, counted }) => `${what}: ${figure} is ${stored}, but its list has ${counted}`);
    throw new Error(`${total} figures differ. ${named.join("; ")}`);
  }
  return { placements: places, findings };
}
