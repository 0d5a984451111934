/** An event whose listeners may refuse what it announces. */
export interface CancelableEvent {
  defaultPrevented: boolean;
  preventDefault(): void;
}

export function cancelable(): CancelableEvent {
  return {
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
}
