import type { ReactNode } from "react";
import type { Column } from "./column.ts";
import type { Selection, TableSort } from "./table-head.tsx";
import type { TableState } from "./table-state.ts";
import type { Density } from "./use-density.ts";

export interface DataTableProps<Row> {
  /** Names the table for those who cannot see it: "Resources". */
  label: string;
  columns: Column<Row>[];
  state: TableState<Row>;
  rowKey: (row: Row) => string;
  /** Makes the whole row open this address (click, Enter, middle click). Its name must be a link as well. */
  rowHref?: (row: Row) => string | undefined;
  /** Opens a row in place instead, for example in the side panel. `replace`: j and k move on from the open one. */
  onOpen?: (row: Row, how?: { replace?: boolean }) => void;
  /** Key of the row that is open beside the list. */
  activeKey?: string | undefined;
  /** Draws a row over the full width instead of its cells: group heads, "5 more in openssl". */
  fullRow?: (row: Row) => ReactNode | null;
  /** Rows whose data is stale: greyed, in place. */
  isMuted?: (row: Row) => boolean;
  selection?: Selection | undefined;
  /** Rows that have a box; all when left out. */
  isSelectable?: (row: Row) => boolean;
  sort?: TableSort;
  density?: Density;
  /** `detail`: 36 px rows of detail pages. */
  rows?: "list" | "detail";
  /** Inside a sheet: no side padding, head not sticky. */
  isInset?: boolean;
  /** Shown for `empty` and `filteredEmpty`. */
  empty: ReactNode;
  filteredEmpty?: ReactNode;
  /** Words of the foot: "resources". */
  noun?: string;
}
