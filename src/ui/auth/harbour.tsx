import styles from "./auth.module.css";

const rows = [18, 44, 70, 96];
const piers = [
  { x: 1010, top: 6 },
  { x: 1034, top: 18 },
  { x: 1058, top: 12 },
];

/** Waves that come from the left and are still behind the piers. Decoration only. */
export function Harbour() {
  return (
    <svg className={styles.harbour} viewBox="0 0 1440 120" preserveAspectRatio="xMaxYMax slice" aria-hidden="true">
      <g fill="none" stroke="currentColor" strokeWidth="1">
        {rows.map((y, row) => (
          <path key={y} d={wave(y, 5 + row)} />
        ))}
        {rows.map((y) => (
          <path key={`calm${y}`} d={`M1080 ${y}H1440`} />
        ))}
      </g>
      {piers.map(({ x, top }) => (
        <rect key={x} x={x} y={top} width="9" height={130 - top} rx="4.5" fill="currentColor" />
      ))}
    </svg>
  );
}

function wave(y: number, height: number): string {
  let path = `M0 ${y}`;
  for (let x = 0; x < 1000; x += 100) path += `q25 ${-height * 2} 50 0q25 ${height * 2} 50 0`;
  return path;
}
