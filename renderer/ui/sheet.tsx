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
    // After a drop or a press of an assistive tool the widgets put the focus off until what had it still has it, which the inert screen
    // behind never lets be: the keyboard would be nobody's, and Escape with it.
    if (!dialog.current?.contains(document.activeElement)) dialog.current?.focus({ preventScroll: true });
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
