import styles from "./state.module.css";

const widths = ["88%", "64%", "76%", "52%"];

/** Static grey bars in the place of text that is on its way. They appear after 200 ms. */
export function LoadingBars({ count = 3 }: { count?: number }) {
  return (
    <div className={styles.bars} aria-busy="true">
      <span className="bw-hidden">Loading</span>
      {Array.from({ length: count }, (_, index) => (
        <span key={widths[index % widths.length] + String(index)} style={{ width: widths[index % widths.length] }} />
      ))}
    </div>
  );
}
