import { type ReactNode, useEffect, useRef } from 'react';
import { Dialog, Modal, ModalOverlay } from 'react-aria-components/Modal';
import css from './sheet.module.css';

interface SheetProps {
  readonly label: string;
  readonly size: 'wide' | 'small' | 'palette';
  readonly role?: 'dialog' | 'alertdialog';
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Floats above the screen and holds the focus; Escape closes it, a press beside it does not. */
export function Sheet({ label, size, role = 'dialog', onClose, children }: SheetProps) {
  const dialog = useRef<HTMLElement>(null);
  useEffect(() => {
    const sheet = dialog.current;
    if (!sheet) return;
    // After a drop the widgets wait for transitions before they give the focus, for ever where one was cut off; and half a second after they
    // gave it they take it away and give it anew. The keyboard would be nobody's, and Escape with it.
    const takeLostFocus = () =>
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) sheet.focus();
      });
    if (!sheet.contains(document.activeElement)) sheet.focus();
    sheet.addEventListener('focusout', takeLostFocus);
    return () => sheet.removeEventListener('focusout', takeLostFocus);
  }, []);
  return (
    <ModalOverlay
      isOpen
      className={css.scrim ?? ''}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className={css.modal ?? ''}>
        <Dialog ref={dialog} className={css.sheet ?? ''} data-size={size} role={role} aria-label={label}>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
