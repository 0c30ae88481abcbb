// How wide is a chart where it stands?
import { useElementSize } from '@mantine/hooks';

/** Until it is laid out, and where there is no browser. */
const usual = 720;

/** The width in pixels to draw for, and the ref of the box that has it: on a phone a chart is redrawn, not cut off. */
export function useChartWidth() {
  const { ref, width } = useElementSize<HTMLDivElement>();
  return { box: ref, width: width < 1 ? usual : Math.min(1400, Math.max(260, Math.round(width))) };
}
