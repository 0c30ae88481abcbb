// Which facilities, units, people and products are there?
import { useAsk, usePages, useTell } from '../../tools/ui/asking.ts';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { FormDialog } from '../../tools/ui/FormDialog.tsx';
import { useKept } from '../../tools/ui/Go.tsx';
import { Plus } from '../../tools/ui/icons.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Page, Part } from '../../tools/ui/Page.tsx';
import { showDay } from '../../tools/ui/RelativeTime.tsx';
import { useSay } from '../../tools/ui/Said.tsx';
import { Views } from '../../tools/ui/Tabs.tsx';
import { addFacility, addProduct, addProductVersion, addUnit, getOrganization, listFacilities, listPeople, listProducts, listUnits, setOrganization, type Facility, type Product, type Unit } from './model.ts';
import { RosterPart } from './Roster.tsx';

const sizeWords = { practice: 'A practice', community: 'A community hospital', regional: 'A regional hospital', academic: 'An academic medical center', system: 'A health system of several hospitals' } as const;

export default function OrganizationPage() {
  const [view, setView] = useKept('view', 'products');
  const organization = useAsk(getOrganization);
  const mayName = useMay(setOrganization);
  const mayPeople = useMay(listPeople);
  const naming = useTell(setOrganization, { rooms: ['deployments'] });
  const it = organization.data;
  return (
    <Page
      title={it?.name || 'Organization'}
      says={it?.size ? `${sizeWords[it.size]}.` : 'Places, people and products that deployments refer to.'}
      actions={
        <>
          {mayName && it && <FormDialog label={it.updatedAt === null ? 'Name it' : 'Rename'} title="Name of the organization" does="Save" schema={setOrganization.body} start={{ name: it.name, size: it.size }} send={(body) => naming.tellAsync({ body })} />}
          <Views label="What to show" open={view} onOpen={setView} views={[{ name: 'products', label: 'Products' }, { name: 'places', label: 'Facilities and units' }, ...(mayPeople ? [{ name: 'people', label: 'People' }] : [])]} />
        </>
      }
    >
      {view === 'places' ? <Places /> : view === 'people' && mayPeople ? <RosterPart /> : <Products />}
    </Page>
  );
}

const slugWords = { label: 'Short name', hint: 'Lower-case letters, digits and hyphens.' };

function Products() {
  const products = usePages(listProducts);
  const may = useMay(addProduct);
  const say = useSay();
  const adding = useTell(addProduct, { rooms: ['deployments'], done: (made) => say(`${made.name} was added.`) });
  const versioning = useTell(addProductVersion, { rooms: ['deployments'], done: (made) => say(`${made.name} has a new version.`) });
  const add = may && <FormDialog label="Add a product" variant="filled" left={<Plus size={14} />} title="Add an AI product" does="Add the product" schema={addProduct.body} words={{ slug: slugWords, version: { hint: 'The first version that is used here.' } }} send={(body) => adding.tellAsync({ body })} />;
  return (
    <Part title="AI products" actions={add}>
      <DataTable<Product>
        caption="AI products"
        rows={products.items}
        idOf={(product) => product.id}
        loading={products.loading}
        problem={products.problem}
        more={{ has: products.hasMore, loading: products.loadingMore, load: products.more }}
        empty={<EmptyState title="No AI product yet" action={add || undefined}>List what is used or bought; deployments refer to a product and its version.</EmptyState>}
        columns={[
          { id: 'name', header: 'Product', value: (product) => product.name, cell: (product) => <b>{product.name}</b> },
          { id: 'vendor', header: 'Vendor', value: (product) => product.vendor, choice: true },
          { id: 'kind', header: 'Kind', value: (product) => product.kind, choice: true },
          { id: 'class', header: 'Class', value: (product) => product.class },
          { id: 'versions', header: 'Versions', value: (product) => product.versions.map((version) => version.version).join(', '), cell: (product) => product.versions.map((version) => `${version.version}${version.releasedOn ? ` (${showDay(version.releasedOn)})` : ''}`).join(', ') },
          ...(may ? [{ id: 'do', header: 'Change', value: () => '', cell: (product: Product) => <FormDialog label="Add version" size="compact-xs" title={`New version of ${product.name}`} does="Add the version" schema={addProductVersion.body} words={{ notes: { long: true } }} send={(body) => versioning.tellAsync({ params: { product: product.slug }, body })} /> }] : []),
        ]}
      />
    </Part>
  );
}

function Places() {
  const facilities = usePages(listFacilities);
  const units = usePages(listUnits);
  const may = useMay(addFacility);
  const adding = useTell(addFacility, { rooms: ['deployments'] });
  const addingUnit = useTell(addUnit, { rooms: ['deployments'] });
  const add = may && <FormDialog label="Add a facility" variant="filled" left={<Plus size={14} />} title="Add a facility" does="Add the facility" schema={addFacility.body} words={{ slug: slugWords }} send={(body) => adding.tellAsync({ body })} />;
  return (
    <>
      <Part title="Facilities" actions={add}>
        <DataTable<Facility>
          caption="Facilities"
          rows={facilities.items}
          idOf={(one) => one.id}
          loading={facilities.loading}
          problem={facilities.problem}
          empty={<EmptyState title="No facility yet" action={add || undefined}>Add the hospitals and clinics, with the names that exports call them by.</EmptyState>}
          columns={[
            { id: 'name', header: 'Facility', value: (one) => one.name, cell: (one) => <b>{one.name}</b> },
            { id: 'slug', header: 'Short name', value: (one) => one.slug, cell: (one) => <code>{one.slug}</code> },
            { id: 'aliases', header: 'Exports call it', value: (one) => one.aliases.join(', ') },
            { id: 'units', header: 'Units', value: (one) => one.units, number: true },
            ...(may ? [{ id: 'do', header: 'Change', value: () => '', cell: (one: Facility) => <FormDialog label="Add unit" size="compact-xs" title={`Add a unit to ${one.name}`} does="Add the unit" schema={addUnit.body} words={{ slug: slugWords }} send={(body) => addingUnit.tellAsync({ params: { facility: one.slug }, body })} /> }] : []),
          ]}
        />
      </Part>
      <Part title="Units">
        <DataTable<Unit>
          caption="Units"
          rows={units.items}
          idOf={(one) => one.id}
          loading={units.loading}
          problem={units.problem}
          more={{ has: units.hasMore, loading: units.loadingMore, load: units.more }}
          empty={<EmptyState title="No unit yet">Units are departments and wards of a facility.</EmptyState>}
          columns={[
            { id: 'name', header: 'Unit', value: (one) => one.name, cell: (one) => <b>{one.name}</b> },
            { id: 'facility', header: 'Facility', value: (one) => one.facility, choice: true },
            { id: 'aliases', header: 'Exports call it', value: (one) => one.aliases.join(', ') },
            { id: 'people', header: 'People', value: (one) => one.people, number: true, cell: (one) => one.people ?? <span className="none">fewer than 5</span> },
          ]}
        />
      </Part>
    </>
  );
}
