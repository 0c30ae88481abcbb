// Which record stands around this page? Its address carries a readable name; some lists ask by its id.
import { createContext, use } from 'react';

/** Set by the page that frames others: the id of its record. */
export const FramedContext = createContext<string | null>(null);

/** The id of the record this page is framed by; null on a page of its own. */
export const useFramed = (): string | null => use(FramedContext);
