// What do people call the facility and the unit that a decision names by their words for computers?
import { getDeployment } from '../../spine/deployments/model.ts';
import { useAsk } from '../../tools/ui/asking.ts';

export interface PlaceNames {
  facility(slug: string | null): string;
  /** Facility and unit in one line; the facility alone where no unit was told. */
  both(facility: string | null, department: string | null): string;
  unit(facility: string | null, department: string | null): string;
}

/** Names as the deployment has them; a place that it does not name is shown as it was told. */
export function usePlaceNames(deployment: string): PlaceNames {
  const found = useAsk(getDeployment, { params: { deployment } });
  const places = new Map((found.data?.facilities ?? []).map((one) => [one.facility, one]));
  const facility = (slug: string | null) => (slug === null ? 'not told' : (places.get(slug)?.facilityName ?? slug));
  const unit = (of: string | null, department: string | null) => (department === null ? 'not told' : ((of === null ? undefined : places.get(of)?.units.find(({ slug }) => slug === department)?.name) ?? department));
  const both = (of: string | null, department: string | null) => (of === null && department === null ? '' : department === null ? facility(of) : `${facility(of)}, ${unit(of, department)}`);
  return { facility, unit, both };
}
