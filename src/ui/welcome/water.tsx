import styles from "./welcome.module.css";

const lines = [
  { y: 44, swell: 9 },
  { y: 68, swell: 12 },
  { y: 92, swell: 15 },
  { y: 116, swell: 18 },
];
const piers = [
  { x: 932, y: 14 },
  { x: 956, y: 26 },
  { x: 980, y: 20 },
];

/** Waves before the breakwater, still water behind it. */
export function Water() {
  return (
    <svg className={styles.water} viewBox="0 0 1232 132" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
      <g fill="none" stroke="var(--bw-line-2)">
        {lines.map(({ y, swell }) => (
          <g key={y}>
            <path d={`M-20 ${y}${` q 20 -${swell} 40 0 t 40 0`.repeat(12)}`} />
            <path d={`M1004 ${y}H1232`} opacity=".8" />
          </g>
        ))}
      </g>
      {piers.map(({ x, y }) => (
        <rect key={x} x={x} y={y} width="12" height="140" rx="6" fill="var(--bw-line-2)" />
      ))}
    </svg>
  );
}
