/** A native table keeps rows and cells for screen readers; the role says that its rows can be chosen. It has the focus; the active row is the chosen one. */
export function gridProps(activeId: string | null) {
  return { role: 'grid', tabIndex: 0, ...(activeId !== null && { 'aria-activedescendant': activeId }) } as const;
}

/** The job of the row that was pressed. */
export function pressedJobId(target: EventTarget): string | null {
  const row = target instanceof Element ? target.closest('[data-job-id]') : null;
  return row?.getAttribute('data-job-id') ?? null;
}
