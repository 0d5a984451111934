/** A glass case, seen from the front. */
export function Mark({ size }: { readonly size: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 26 26"
      fill="none"
      stroke="currentColor"
      strokeWidth={size > 32 ? 1.1 : 1.4}
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M4.5 3.5h17v19h-17z" />
      <path d="M8.5 7.5h9v9h-9z" />
      <path d="M4.5 3.5l4 4M21.5 3.5l-4 4M21.5 22.5l-4-6M4.5 22.5l4-6" />
    </svg>
  );
}
