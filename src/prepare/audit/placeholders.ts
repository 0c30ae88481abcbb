// Which values only pose as values?

/**
 * Texts that mean "not known", compared without case and outer blanks. Sources: HL7 v3 NullFlavor
 * (http://terminology.hl7.org/CodeSystem/v3-NullFlavor), FHIR data-absent-reason
 * (http://terminology.hl7.org/CodeSystem/data-absent-reason), and the words people type.
 */
export const placeholderTexts: readonly string[] = [
  'unk', 'unknown', 'uknown', 'asku', 'asked-unknown', 'asked but unknown', 'temp-unknown', 'nask', 'not-asked', 'not asked', 'asked-declined', 'ni', 'no information', 'nav', 'not available',
  'na', 'n/a', 'not applicable', 'not-applicable', 'masked', 'msk', 'unsupported', 'not-performed', 'not performed', 'not-permitted', 'not recorded', 'not documented', 'not done', 'not given', 'not on file', 'unspecified',
  'unable to obtain', 'unable to assess', 'uta', 'null', 'nan', 'nullflavor', '-', '--', '---', '.', '?', '??', '???', 'xxx', 'tbd', 'tba', 'dummy', 'see note', 'see comment', 'see comments',
];

/** Code systems whose every code says that a value is missing. */
export const absenceSystems: readonly string[] = [
  'http://terminology.hl7.org/CodeSystem/v3-NullFlavor',
  'http://hl7.org/fhir/v3/NullFlavor',
  'http://terminology.hl7.org/CodeSystem/data-absent-reason',
  'http://hl7.org/fhir/data-absent-reason',
];

/** Numbers used as fillers in many source systems. They count only where they lie outside the element's plausible range. */
export const placeholderNumbers: readonly number[] = [-9999, -999, -99, -9, -1, 999, 999.9, 9999, 9999.9, 99999, 999999, 9999999];

/** Days used as fillers: the epochs of common systems, and the day nobody was born. */
export const placeholderDates: readonly string[] = ['1753-01-01', '1840-12-31', '1899-12-30', '1899-12-31', '1900-01-01', '1970-01-01', '9999-12-31', '2999-12-31', '1111-11-11'];
