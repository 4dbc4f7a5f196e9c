"use client";
import { type ReactNode, useState } from "react";
import { SheetSection } from "../page/sheet.tsx";
import styles from "./chart.module.css";

interface ChartFrameProps {
  span: number;
  title: string;
  /** The chart in one line, for everybody. */
  reading: string;
  /** The same data as text: head cells, then rows. */
  table: { head: string[]; rows: string[][] };
  children: ReactNode;
}

/** A chart as a sheet section, with its reading and its data as a table. */
export function ChartFrame({ span, title, reading, table, children }: ChartFrameProps) {
  const [isTable, setTable] = useState(false);
  const toggle = (
    <button type="button" className="bw-link-button" style={{ fontSize: 12 }} onClick={() => setTable(!isTable)}>
      {isTable ? "View as chart" : "View as table"}
    </button>
  );
  return (
    <SheetSection span={span} title={title} reading={reading} aside={toggle}>
      <div className={styles.frame}>
        {isTable ? (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll box without focus cannot be scrolled by keyboard
          <section className={styles.scroll} tabIndex={0} aria-label={`${title} as a table`}>
            <table>
              <thead>
                <tr>
                  {table.head.map((cell) => (
                    <th key={cell} scope="col">
                      {cell}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {table.rows.map((row) => (
                  <tr key={row[0]}>
                    {row.map((cell, index) => (
                      <td key={table.head[index]}>{cell}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        ) : (
          children
        )}
      </div>
    </SheetSection>
  );
}
