"use client";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import type { KeyboardEvent, MouseEvent } from "react";
import { Icon } from "../icon.tsx";
import styles from "./data-table.module.css";
import type { DataTableProps } from "./table-props.ts";
import { useOpener } from "./use-opener.ts";
import { useRowKeys } from "./use-row-keys.ts";

const VIRTUAL_ABOVE = 200;

type BodyProps<Row> = DataTableProps<Row> & { data: Row[] };

export function TableBody<Row>(props: BodyProps<Row>) {
  return props.data.length > VIRTUAL_ABOVE ? <VirtualBody {...props} /> : <PlainBody {...props} />;
}

function PlainBody<Row>(props: BodyProps<Row>) {
  const body = useTableKeys(props);
  return (
    <tbody ref={body}>
      {props.data.map((row, index) => (
        <TableRow key={props.rowKey(row)} table={props} row={row} index={index} />
      ))}
    </tbody>
  );
}

/** Only the rows near the window are in the document; padding rows stand for the others. */
function VirtualBody<Row>(props: BodyProps<Row>) {
  // The virtualizer is a mutable object: compiled memoisation would freeze what it returns.
  "use no memo";
  const body = useTableKeys(props);
  const height = props.density === "compact" ? 33 : props.rows === "detail" ? 37 : 45;
  const virtualizer = useWindowVirtualizer({
    count: props.data.length,
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: body.current?.offsetTop ?? 0,
    initialRect: { width: 1280, height: 1200 },
  });
  const items = virtualizer.getVirtualItems();
  const span = props.columns.length + (props.selection ? 1 : 0);
  const before = (items[0]?.start ?? 0) - virtualizer.options.scrollMargin;
  const after = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0) + virtualizer.options.scrollMargin;
  return (
    <tbody ref={body}>
      <Gap height={before} span={span} />
      {items.map((item) => {
        const row = props.data[item.index];
        return row === undefined ? null : (
          <TableRow key={props.rowKey(row)} table={props} row={row} index={item.index} />
        );
      })}
      <Gap height={after} span={span} />
    </tbody>
  );
}

function Gap({ height, span }: { height: number; span: number }) {
  if (height <= 0) return null;
  return (
    <tr>
      <td colSpan={span} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

interface RowProps<Row> {
  table: BodyProps<Row>;
  row: Row;
  index: number;
}

function TableRow<Row>({ table, row, index }: RowProps<Row>) {
  const open = useOpener();
  const full = table.fullRow?.(row);
  const key = table.rowKey(row);
  if (full != null) {
    return (
      <tr className={styles.full} data-tone="group">
        <td colSpan={table.columns.length + (table.selection ? 1 : 0)}>{full}</td>
      </tr>
    );
  }
  const href = table.rowHref?.(row);
  const click = (event: MouseEvent) => {
    if (isControl(event.target) || window.getSelection()?.toString()) return;
    if (href) open(href, event);
    else table.onOpen?.(row);
  };
  return (
    <tr
      className={styles.row}
      tabIndex={-1}
      data-row={key}
      data-href={href}
      data-opens={href || table.onOpen ? "" : undefined}
      data-selected={table.selection?.keys.has(key) || undefined}
      data-active={table.activeKey === key || undefined}
      data-muted={table.isMuted?.(row) || undefined}
      aria-rowindex={table.data.length > VIRTUAL_ABOVE ? index + 2 : undefined}
      onClick={click}
      onAuxClick={click}
      onKeyDown={(event) =>
        openByKey(event, () => {
          if (href) open(href, event);
          else if (table.activeKey === key) document.querySelector<HTMLElement>("[data-side-panel]")?.focus();
          else table.onOpen?.(row);
        })
      }
    >
      {table.selection &&
        (table.isSelectable?.(row) === false ? <td /> : <CheckCell rowKey={key} selection={table.selection} />)}
      {table.columns.map((column) => (
        <td
          key={column.key}
          data-align={column.align}
          data-leaves={column.leavesBelow}
          data-phone={column.phone ?? "none"}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

function CheckCell({
  rowKey,
  selection,
}: {
  rowKey: string;
  selection: NonNullable<DataTableProps<unknown>["selection"]>;
}) {
  return (
    <td className={styles.check}>
      <label>
        <span className="bw-hidden">Select row</span>
        <input type="checkbox" checked={selection.keys.has(rowKey)} onChange={() => selection.toggle(rowKey)} />
        <Icon name="check" size={12} />
      </label>
    </td>
  );
}

function openByKey(event: KeyboardEvent<HTMLTableRowElement>, open: () => void): void {
  if (event.key === "Enter" && event.target === event.currentTarget) open();
}

/** True when the click belongs to something inside the row. */
function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest("a, button, input, label, select, [role=menuitem]") !== null;
}

/** The keys of a list: what `DataTable` was given decides what they do. */
function useTableKeys<Row>({ activeKey, data, onOpen, rowKey, selection }: BodyProps<Row>) {
  return useRowKeys({
    toggle: selection?.toggle,
    moved: (key) => {
      const row = activeKey === undefined ? undefined : data.find((candidate) => rowKey(candidate) === key);
      if (row !== undefined) onOpen?.(row, { replace: true });
    },
  });
}
