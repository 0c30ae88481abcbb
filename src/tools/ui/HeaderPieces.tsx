// What do other rooms put into the header of this record?
import { lazy, Suspense, use, type ComponentType } from 'react';
import { admits, useMe } from './me.ts';
import { HeaderPiecesContext, type HeaderPiece } from './screen.ts';

const loaded = new Map<HeaderPiece, ComponentType>();

/** Each is loaded once, the first time a record with it is opened. */
function componentOf(piece: HeaderPiece): ComponentType {
  const known = loaded.get(piece) ?? lazy(piece.piece);
  loaded.set(piece, known);
  return known;
}

/** The pieces for records at this address that this person may use. */
export function HeaderPieces({ of }: { of: string }) {
  const pieces = use(HeaderPiecesContext);
  const me = useMe();
  return pieces
    .filter((piece) => piece.of === of && admits(piece.who, me))
    .map((piece, nth) => {
      const Piece = componentOf(piece);
      return (
        <Suspense key={nth} fallback={null}>
          <Piece />
        </Suspense>
      );
    });
}
