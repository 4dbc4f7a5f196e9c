import {
  ActionIcon,
  Badge,
  Button,
  Checkbox,
  type CSSVariablesResolver,
  createTheme,
  Drawer,
  Input,
  type MantineColorsTuple,
  Menu,
  Modal,
  SegmentedControl,
  Skeleton,
  Tooltip,
} from "@mantine/core";

const sea: MantineColorsTuple = [
  "#edf4fe",
  "#d7e6fb",
  "#afcdf8",
  "#8dbaff",
  "#6fa8ff",
  "#2f77db",
  "#155ec2",
  "#104c9f",
  "#0c3c80",
  "#07182e",
];
const gray: MantineColorsTuple = [
  "#f8fafb",
  "#f3f6f8",
  "#e9edf1",
  "#e3e8ed",
  "#ccd4dc",
  "#9aa6b2",
  "#75818e",
  "#5c6974",
  "#45535f",
  "#14202b",
];
const dark: MantineColorsTuple = [
  "#e8edf2",
  "#b3bec9",
  "#8f9ca9",
  "#687786",
  "#33404c",
  "#212a33",
  "#161c23",
  "#0f1419",
  "#0c1115",
  "#0a0e12",
];

/** The dense theme of Breakwater. Colours of meaning live in tokens.css; Mantine only sees neutrals and the action blue. */
export const theme = createTheme({
  primaryColor: "sea",
  primaryShade: { light: 6, dark: 4 },
  colors: { sea, gray, dark },
  black: "#14202b",
  autoContrast: true,
  fontFamily: "var(--bw-sans)",
  fontFamilyMonospace: "var(--bw-mono)",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  lineHeights: { xs: "1.333", sm: "1.539", md: "1.429", lg: "1.5", xl: "1.4" },
  fontWeights: { regular: "400", medium: "500", bold: "600" },
  headings: {
    fontWeight: "600",
    textWrap: "balance",
    sizes: {
      h1: { fontSize: "1.25rem", lineHeight: "1.75rem" },
      h2: { fontSize: "0.875rem", lineHeight: "1.25rem" },
      h3: { fontSize: "0.8125rem", lineHeight: "1.25rem" },
    },
  },
  spacing: { xs: "0.25rem", sm: "0.5rem", md: "0.75rem", lg: "1rem", xl: "1.5rem" },
  radius: { xs: "4px", sm: "6px", md: "8px", lg: "12px", xl: "999px" },
  defaultRadius: "sm",
  shadows: {
    xs: "none",
    sm: "none",
    md: "var(--bw-shadow-pop)",
    lg: "var(--bw-shadow-pop)",
    xl: "var(--bw-shadow-panel)",
  },
  focusRing: "auto",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: Button.extend({
      defaultProps: { size: "sm", variant: "default" },
      vars: (_theme, props) => ({
        root: {
          "--button-height": props.size === "lg" ? "36px" : "30px",
          "--button-padding-x": props.size === "lg" ? "14px" : "10px",
          "--button-fz": "0.8125rem",
          ...(props.variant === "filled"
            ? {
                "--button-bg": "var(--bw-act)",
                "--button-hover": "var(--bw-act-hover)",
                "--button-color": "var(--bw-act-on)",
              }
            : {}),
          ...(props.variant === "subtle"
            ? {
                "--button-color": "var(--bw-ink-2)",
                "--button-hover": "var(--bw-hover)",
                "--button-hover-color": "var(--bw-ink)",
              }
            : {}),
        },
      }),
      styles: { label: { fontWeight: 500 }, section: { marginInlineEnd: 6 } },
    }),
    ActionIcon: ActionIcon.extend({
      defaultProps: { variant: "subtle", color: "gray" },
      vars: () => ({ root: { "--ai-size": "30px" } }),
    }),
    Badge: Badge.extend({
      defaultProps: { variant: "light", radius: "xs" },
      vars: () => ({ root: { "--badge-height": "20px", "--badge-fz": "0.75rem", "--badge-padding-x": "6px" } }),
      styles: { label: { textTransform: "none", fontWeight: 500, letterSpacing: 0 } },
    }),
    Drawer: Drawer.extend({
      defaultProps: { position: "right", size: 440, withOverlay: false, lockScroll: false, trapFocus: false },
    }),
    Checkbox: Checkbox.extend({ vars: () => ({ root: { "--checkbox-size": "16px", "--checkbox-radius": "4px" } }) }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: { size: "xs" } }),
    Input: Input.extend({
      vars: (_theme, props) => ({
        wrapper: {
          "--input-height": props.size === "md" || props.size === "lg" ? "36px" : "30px",
          "--input-fz": "0.8125rem",
          "--input-bd": "var(--bw-control)",
        },
      }),
    }),
    InputWrapper: Input.Wrapper.extend({
      styles: {
        label: { fontSize: "0.8125rem", fontWeight: 500, marginBottom: 4 },
        description: { fontSize: "0.75rem", lineHeight: "16px", color: "var(--bw-ink-3)" },
        error: { fontSize: "0.75rem", lineHeight: "16px", color: "var(--bw-critical-text)" },
      },
      defaultProps: { inputWrapperOrder: ["label", "input", "description", "error"] },
    }),
    Menu: Menu.extend({
      defaultProps: { shadow: "md", radius: "lg", position: "bottom-start", offset: 4 },
      styles: {
        dropdown: { padding: 4, borderColor: "var(--bw-line-2)", background: "var(--bw-raised)" },
        item: { fontSize: "0.8125rem", minHeight: 32 },
        label: { color: "var(--bw-ink-3)" },
      },
    }),
    Modal: Modal.extend({
      defaultProps: {
        radius: "lg",
        shadow: "md",
        centered: true,
        size: 520,
        overlayProps: { backgroundOpacity: 0.35, color: "#0a0e12" },
        transitionProps: { duration: 120 },
      },
      styles: {
        title: { fontSize: "15px", lineHeight: "24px", fontWeight: 600 },
        content: { background: "var(--bw-raised)" },
        header: { background: "var(--bw-raised)" },
      },
    }),
    Skeleton: Skeleton.extend({ defaultProps: { animate: false, radius: "xs" } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withArrow: false } }),
  },
});

const shared = {
  "--mantine-color-text": "var(--bw-ink)",
  "--mantine-color-body": "var(--bw-surface)",
  "--mantine-color-dimmed": "var(--bw-ink-3)",
  "--mantine-color-placeholder": "var(--bw-ink-3)",
  "--mantine-color-anchor": "var(--bw-act)",
  "--mantine-color-default": "var(--bw-raised)",
  "--mantine-color-default-hover": "var(--bw-hover)",
  "--mantine-color-default-color": "var(--bw-ink)",
  "--mantine-color-default-border": "var(--bw-line-2)",
  "--mantine-color-error": "var(--bw-critical-text)",
  "--mantine-color-success": "var(--bw-healthy-text)",
  "--mantine-primary-color-contrast": "var(--bw-act-on)",
};

/** Points Mantine's own colour variables at the tokens, so that a scheme switch needs no JavaScript. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared });
