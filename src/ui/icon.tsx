import type { ReactNode } from "react";

/** Drawn on a 16 px grid with a 1.4 px line. `icons` is the whole set; a new one is added here and nowhere else. */
const icons = {
  advisory: <path d="M3 2.6h7l3 3v7.8H3ZM10 2.6v3h3M5.6 8.4h4.8M5.6 10.8h3.2" />,
  alert: <path d="M4 11V7.2a4 4 0 0 1 8 0V11l1.2 1.2H2.8ZM6.6 14h2.8" />,
  arrow: <path d="M3 8h9.6M9 4.4 12.6 8 9 11.6" />,
  bug: (
    <path d="M8 5.2a3 3 0 0 1 3 3v2a3 3 0 0 1-6 0v-2a3 3 0 0 1 3-3ZM6 5.4V4.6a2 2 0 0 1 4 0v.8M5 8.6H2.4M13.6 8.6H11M5.3 6.8 3.2 5M10.7 6.8 12.8 5M5.3 11.4 3.4 13M10.7 11.4l1.9 1.6" />
  ),
  check: <path d="m3.4 8.4 3 3 6.2-6.6" />,
  chevronDown: <path d="m4.5 6.5 3.5 3.5 3.5-3.5" />,
  chevronRight: <path d="m6.5 4.5 3.5 3.5-3.5 3.5" />,
  chevronUp: <path d="m4.5 9.5 3.5-3.5 3.5 3.5" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 4.8V8l2.2 1.4" />
    </>
  ),
  cluster: (
    <>
      <path d="M8 1.6 13.4 4.7v6.6L8 14.4 2.6 11.3V4.7Z" />
      <circle cx="8" cy="8" r="1.9" />
      <path d="M8 3.9v2.2M8 9.9v2.2M4.6 6l1.8 1M9.6 9l1.8 1M11.4 6 9.6 7M6.4 9l-1.8 1" />
    </>
  ),
  columns: (
    <>
      <rect x="2.4" y="3" width="11.2" height="10" rx="1.4" />
      <path d="M6.2 3v10M9.9 3v10" />
    </>
  ),
  container: (
    <>
      <rect x="2.4" y="4" width="11.2" height="8" rx="1.4" />
      <path d="M5.2 6.4v3.2M8 6.4v3.2M10.8 6.4v3.2" />
    </>
  ),
  copy: (
    <>
      <rect x="5.4" y="5.4" width="8" height="8" rx="1.6" />
      <path d="M10.6 5.4V4a1.4 1.4 0 0 0-1.4-1.4H4A1.4 1.4 0 0 0 2.6 4v5.2A1.4 1.4 0 0 0 4 10.6h1.4" />
    </>
  ),
  cross: <path d="m4 4 8 8M12 4l-8 8" />,
  density: <path d="M2.5 3.5h11M2.5 6.5h11M2.5 9.5h11M2.5 12.5h11" />,
  download: <path d="M8 2.5v8M4.8 7.4 8 10.6l3.2-3.2M2.8 13.4h10.4" />,
  exempt: (
    <>
      <rect x="2.5" y="2.5" width="11" height="11" rx="2.4" />
      <path d="M5 11 11 5" />
    </>
  ),
  external: (
    <path d="M9.4 2.8h3.8v3.8M13 3 7.6 8.4M11.4 9.4v2.4a1.4 1.4 0 0 1-1.4 1.4H4.2a1.4 1.4 0 0 1-1.4-1.4V6a1.4 1.4 0 0 1 1.4-1.4h2.4" />
  ),
  globe: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M2.2 8h11.6M8 2.2c2 2 2.6 3.8 2.6 5.8S10 11.8 8 13.8C6 11.8 5.4 10 5.4 8S6 4.2 8 2.2Z" />
    </>
  ),
  grid: (
    <>
      <rect x="2.2" y="2.2" width="4.8" height="4.8" rx="1" />
      <rect x="9" y="2.2" width="4.8" height="4.8" rx="1" />
      <rect x="2.2" y="9" width="4.8" height="4.8" rx="1" />
      <rect x="9" y="9" width="4.8" height="4.8" rx="1" />
    </>
  ),
  help: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M6.3 6.3a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.9.7-.9 1.3M8 11.3v.1" />
    </>
  ),
  host: (
    <>
      <rect x="2" y="2.6" width="12" height="4.6" rx="1.2" />
      <rect x="2" y="8.8" width="12" height="4.6" rx="1.2" />
      <path d="M4.6 4.9h.01M4.6 11.1h.01M8 4.9h3.6M8 11.1h3.6" />
    </>
  ),
  image: (
    <>
      <path d="M8 1.9 13.6 5v6L8 14.1 2.4 11V5Z" />
      <path d="M2.6 5.1 8 8l5.4-2.9M8 8v6" />
    </>
  ),
  link: (
    <path d="M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 1 0-3.7-3.7l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 1 0 3.7 3.7l.8-.8" />
  ),
  list: (
    <>
      <path d="M5.8 4h8M5.8 8h8M5.8 12h8" />
      <path d="M2 4l.8.8L4 3.4M2 8l.8.8L4 7.4M2 12l.8.8L4 11.4" />
    </>
  ),
  lock: (
    <>
      <rect x="3" y="7" width="10" height="6.6" rx="1.4" />
      <path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2" />
    </>
  ),
  menu: <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />,
  minus: <path d="M3.6 8h8.8" />,
  moon: <path d="M13.2 9.4A5.6 5.6 0 0 1 6.6 2.8a5.6 5.6 0 1 0 6.6 6.6Z" />,
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.2" />,
  noRight: (
    <path d="M5.8 2v3M10.2 2v3M6.6 5H12v2.2c0 .8-.2 1.5-.6 2.1M9.6 10.9A4 4 0 0 1 4 7.2V5M8 11.2V14M2.4 2.4l11.2 11.2" />
  ),
  pause: <path d="M5.6 3.4v9.2M10.4 3.4v9.2" />,
  play: <path d="M5 3.2 12.4 8 5 12.8Z" />,
  plug: <path d="M5.8 2v3M10.2 2v3M4 5h8v2.2a4 4 0 0 1-8 0ZM8 11.2V14" />,
  plus: <path d="M8 3v10M3 8h10" />,
  print: <path d="M4.6 6V2.4h6.8V6M4.6 11H2.6V6h10.8v5h-2M4.6 9.2h6.8v4.4H4.6Z" />,
  refresh: <path d="M13 6.6A5.2 5.2 0 0 0 3.6 5M3 9.4A5.2 5.2 0 0 0 12.4 11M3.4 2.4V5H6M12.6 13.6V11H10" />,
  registry: (
    <>
      <path d="M8 1.9 13.8 4.9 8 7.9 2.2 4.9Z" />
      <path d="m2.2 8 5.8 3 5.8-3M2.2 11l5.8 3 5.8-3" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.4" />
      <path d="m10.4 10.4 3.4 3.4" />
    </>
  ),
  settings: (
    <>
      <circle cx="8" cy="8" r="2" />
      <path d="M8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M3.6 12.4 5 11M11 5l1.4-1.4" />
    </>
  ),
  shield: <path d="M8 1.9 13 3.7v4.1c0 3-2.1 5.2-5 6.3-2.9-1.1-5-3.3-5-6.3V3.7Z" />,
  sun: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.4v1.4M8 13.2v1.4M1.4 8h1.4M13.2 8h1.4M3.3 3.3l1 1M11.7 11.7l1 1M3.3 12.7l1-1M11.7 4.3l1-1" />
    </>
  ),
  system: (
    <>
      <rect x="2" y="3" width="12" height="8" rx="1.4" />
      <path d="M5.6 13.6h4.8M8 11v2.6" />
    </>
  ),
  tag: (
    <>
      <path d="M2.4 2.8h5.2l6 6-4.8 4.8-6.4-6.4Z" />
      <path d="M5.2 5.4h.01" strokeWidth="2" />
    </>
  ),
  trash: <path d="M2.8 4.4h10.4M6.2 4.2V2.8h3.6v1.4M4.2 4.6l.6 8.6h6.4l.6-8.6M6.8 7v3.8M9.2 7v3.8" />,
  updown: <path d="m5 6 3-3 3 3M5 10l3 3 3-3" />,
  user: (
    <>
      <circle cx="8" cy="5.4" r="2.6" />
      <path d="M3 13.4c.6-2.6 2.6-3.8 5-3.8s4.4 1.2 5 3.8" />
    </>
  ),
  waiting: (
    <>
      <circle cx="8" cy="8" r="5.8" strokeDasharray="2 2.1" />
      <path d="M6.6 6.6a1.5 1.5 0 1 1 2.1 1.4c-.5.2-.7.5-.7 1M8 10.9v.1" />
    </>
  ),
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof icons;

/** A decorative line icon in the colour of the text around it. The word beside it, or the control's label, is its name. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {icons[name]}
    </svg>
  );
}
