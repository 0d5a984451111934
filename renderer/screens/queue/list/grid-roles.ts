/** The roles of a grid whose rows are placed one by one, as a virtual list must. The grid has the focus; the active row is the chosen one. */
export function gridProps(activeId: string | null) {
  return { role: 'grid', tabIndex: 0, ...(activeId !== null && { 'aria-activedescendant': activeId }) } as const;
}

export function rowProps(index: number, isChosen: boolean) {
  return { role: 'row', 'aria-rowindex': index + 1, 'aria-selected': isChosen } as const;
}

export function titleRowProps(index: number) {
  return { role: 'row', 'aria-rowindex': index + 1 } as const;
}

export const cell = { role: 'gridcell' } as const;
export const rowHeader = { role: 'rowheader' } as const;
