// Which screens show whether the text is fit?
import { everyone, staff } from '../../tools/base/endpoint.ts';
import type { Screen } from '../../tools/ui/screen.ts';
import { rowReaders } from './model.ts';

export const screens: Screen[] = [
  { path: '/notes', title: 'Notes', page: () => import('./NotesPage.tsx'), who: staff, menu: { label: 'Notes', order: 21 } },
  { path: '/notes/checks', title: 'Note checks', page: () => import('./NoteChecksPage.tsx'), who: everyone },
  { path: '/deployments/$deployment/notes', title: 'Notes', page: () => import('./NotesPage.tsx'), who: staff, tab: { label: 'Notes', order: 31 } },
  { path: '/deployments/$deployment/notes/$run', title: 'Notes audit', page: () => import('./NotesRunPage.tsx'), who: staff, evidence: { of: ['notes'], says: 'the notes audit' } },
  { path: '/deployments/$deployment/notes/$run/charts/$chart', title: 'Copy-forward view', page: () => import('./ChartPage.tsx'), who: rowReaders },
];
