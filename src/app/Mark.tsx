// How does the product sign its name?

export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" fill="none" strokeLinecap="round" strokeLinejoin="round">
      <path d="M8 25 16 6l8 19" stroke="currentColor" strokeWidth="2.5" />
      <path d="M4.5 18.5h7.5l2.2-4.5 3.4 8 2.2-3.5h7.7" stroke="#5cc6be" strokeWidth="2.2" />
    </svg>
  );
}
