/** Two waves meeting two piers. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 22 22" aria-hidden="true">
      <rect width="22" height="22" rx="6" fill="var(--bw-act)" />
      <g fill="none" stroke="var(--bw-act-on)" strokeLinecap="round">
        <path d="M4 13.6c1.5 0 1.5-1.5 3-1.5s1.5 1.5 3 1.5" strokeWidth="1.7" />
        <path d="M4 9.4c1.5 0 1.5-1.5 3-1.5s1.5 1.5 3 1.5" strokeWidth="1.7" opacity=".6" />
        <path d="M13 5v12M17 8v9" strokeWidth="2.2" />
      </g>
    </svg>
  );
}
