// How is a part that was opened closed again?
import { Button } from '@mantine/core';

/** Nothing where there is nothing behind it to come back to. */
export function CloseButton({ onClose }: { onClose: (() => void) | null }) {
  if (!onClose) return null;
  return (
    <Button size="xs" variant="subtle" onClick={onClose}>
      Close
    </Button>
  );
}
