// Which screens show the decisions of an AI?
import type { Role } from '../../tools/base/endpoint.ts';
import type { Screen } from '../../tools/ui/screen.ts';
import { openDecision, summary } from './model.ts';

export const screens: Screen[] = [
  { path: '/deployments/$deployment/decisions', title: 'Decisions', page: () => import('./DecisionsPage.tsx'), who: summary.who as readonly Role[], tab: { label: 'Decisions', order: 50 }, evidence: { of: ['decisions'], says: 'its decisions' } },
  { path: '/deployments/$deployment/decisions/$decision', title: 'Decision', page: () => import('./DecisionPage.tsx'), who: openDecision.who as readonly Role[] },
];
