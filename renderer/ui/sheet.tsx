import type { ReactNode } from 'react';
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
  return (
    <ModalOverlay
      isOpen
      className={css.scrim ?? ''}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className={css.modal ?? ''}>
        <Dialog className={css.sheet ?? ''} data-size={size} role={role} aria-label={label}>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
