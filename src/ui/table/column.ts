import type { ReactNode } from "react";

/** Where a column goes on a phone: first line left or right, a line of its own, or nowhere. */
export type PhonePlace = "lead" | "trail" | "line" | "none";

export interface Column<Row> {
  key: string;
  /** Head text. Needed even where it is not drawn (`isHeadHidden`): it names the cells. */
  label: string;
  isHeadHidden?: boolean;
  /** Fixed width in px; none takes what is left. */
  width?: number;
  align?: "left" | "right";
  /** Sort name of the URL (`?sort=`) when the list can be sorted by this column. */
  sort?: string;
  /** Leaves the table below this window width in px. */
  leavesBelow?: 1200 | 1040 | 860;
  phone?: PhonePlace;
  cell: (row: Row) => ReactNode;
}
