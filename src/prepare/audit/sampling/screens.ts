// Which screens show samples and their chart reviews?
import { staff } from '../../../tools/base/endpoint.ts';
import type { Screen } from '../../../tools/ui/screen.ts';
import { reviewers } from './model.ts';

export const samplingScreens: Screen[] = [
  { path: '/deployments/$deployment/data/samples', title: 'Samples', page: () => import('./SamplesPage.tsx'), who: staff },
  { path: '/deployments/$deployment/data/samples/$sample', title: 'Sample', page: () => import('./SamplePage.tsx'), who: staff, evidence: { of: ['sample'], says: 'the sample' } },
  { path: '/deployments/$deployment/data/samples/$sample/review', title: 'Chart review', page: () => import('./ReviewPage.tsx'), who: reviewers },
];
