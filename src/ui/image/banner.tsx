import type { ReactNode } from "react";
import { Icon, type IconName } from "../icon.tsx";
import styles from "./image.module.css";

interface BannerProps {
  icon: IconName;
  title: string;
  /** `signal`: our own sight is bad. `plain`: a fact about the image. */
  tone?: "signal" | "plain";
  action?: ReactNode;
  children?: ReactNode;
}

/** One line across the page that must be read before its figures. */
export function Banner({ icon, title, tone = "signal", action, children }: BannerProps) {
  return (
    <section className={styles.banner} data-tone={tone} aria-label={title}>
      <Icon name={icon} />
      <div>
        <b>{title}</b> {children}
      </div>
      {action}
    </section>
  );
}
