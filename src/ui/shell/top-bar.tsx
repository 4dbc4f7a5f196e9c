"use client";
import { Drawer, Menu, useMantineColorScheme } from "@mantine/core";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useState } from "react";
import { links } from "#domain/links.ts";
import { Icon } from "../icon.tsx";
import { formatBounded, plural } from "../text/format-number.ts";
import { useFrame, usePerson } from "./frame-context.tsx";
import { openKeyboardHelp } from "./keyboard-help.tsx";
import { RailItems } from "./rail.tsx";
import { SearchField } from "./search-field.tsx";
import styles from "./shell.module.css";

/** Title or crumbs, freshness, search, help, theme, notices and the signed-in person. */
export function TopBar({ freshness, children }: { freshness?: ReactNode; children: ReactNode }) {
  return (
    <header className={styles.top}>
      <PhoneMenu />
      {children}
      <span className={styles.spring} />
      {freshness}
      <SearchField />
      <div className={styles.tools}>
        <button
          type="button"
          className={`bw-icon-button ${styles.hideOnPhone}`}
          aria-label="Help and keyboard shortcuts"
          title="Help"
          onClick={openKeyboardHelp}
        >
          <Icon name="help" />
        </button>
        <ThemeSwitch />
        <Bell />
        <UserMenu />
      </div>
    </header>
  );
}

const schemes = [
  { value: "light", label: "Light", icon: "sun" },
  { value: "dark", label: "Dark", icon: "moon" },
  { value: "auto", label: "As the system", icon: "system" },
] as const;

function ThemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <button type="button" className="bw-icon-button" aria-label="Colour scheme" title="Colour scheme">
          <Icon name="moon" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map((scheme) => (
          <Menu.Item
            key={scheme.value}
            leftSection={<Icon name={scheme.icon} />}
            rightSection={colorScheme === scheme.value ? <Icon name="check" /> : null}
            aria-checked={colorScheme === scheme.value}
            role="menuitemradio"
            onClick={() => setColorScheme(scheme.value)}
          >
            {scheme.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Bell() {
  const unread = useFrame()?.unreadNotices ?? 0;
  const name = unread === 0 ? "Notices, none unread" : `Notices, ${plural(unread, "unread", "unread")}`;
  return (
    <Link href={links.notices()} className={`bw-icon-button ${styles.bell}`} aria-label={name} title={name}>
      <Icon name="alert" />
      {unread > 0 && <span className={styles.bellCount}>{unread > 99 ? "99+" : formatBounded(unread)}</span>}
    </Link>
  );
}

function UserMenu() {
  const person = usePerson();
  const changePasswordHref = `/change-password?returnTo=${encodeURIComponent(usePathname())}`;
  const initials = person.name
    .split(/[\s@.]+/)
    .map((part) => part[0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <button
          type="button"
          className={styles.avatar}
          aria-label={`${initials}, signed in as ${person.name}`}
          title={person.name}
        >
          {initials}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {person.name}, {person.role}
        </Menu.Label>
        <Menu.Item component={Link} href={links.notices()} leftSection={<Icon name="alert" />}>
          Notices
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="help" />} onClick={openKeyboardHelp}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Item component="a" href={changePasswordHref} leftSection={<Icon name="lock" />}>
          Change password
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="external" />} onClick={signOut}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

async function signOut() {
  await fetch("/api/auth/sign-out", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
  window.location.assign("/login");
}

function PhoneMenu() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={`bw-icon-button ${styles.menuButton}`}
        aria-label="Menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(true)}
      >
        <Icon name="menu" />
      </button>
      <Drawer
        opened={isOpen}
        onClose={() => setOpen(false)}
        position="left"
        size={280}
        title="Breakwater"
        withOverlay
        trapFocus
        closeButtonProps={{ "aria-label": "Close menu" }}
      >
        {/* Any link in here leaves the page, so any click closes the menu. */}
        <div className={styles.drawerNav} onClickCapture={() => setOpen(false)}>
          <RailItems />
        </div>
      </Drawer>
    </>
  );
}
