// How large may an export be?

/** Patients with at least one contact, and the days their contacts are spread over. */
export interface Size {
  patients: number;
  days: number;
}

/** `small` for tests, `demo` for the first start, `medium` and `large` for benches. */
export const sizes = {
  small: { patients: 220, days: 28 },
  demo: { patients: 640, days: 180 },
  medium: { patients: 1_000, days: 180 },
  large: { patients: 40_000, days: 365 },
} as const satisfies Record<string, Size>;
export type SizeName = keyof typeof sizes;
