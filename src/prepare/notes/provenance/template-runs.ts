// Which stretches of this note are template, and which stand in the notes of very few other patients? The routines of the machine.

export const runNumbers = {
  /** So many tokens inside a template may differ: what was filled in or changed. */
  filledIn: 12,
  /** And so many may have been put in or taken out. */
  drift: 6,
  /** Edits in a stretch that two patients share interrupt it no further than this. */
  sharedGap: 14,
  leastPair: 16,
  mostShifts: 16,
};

/**
 * A run is a stretch of template with exact edges, where the remembered use shows them: how many of its fingerprints have so many patients
 * that no chance explains it (`runFirm`), who writes it (0 one author, 1 one unit, 2 several), its smallest key, and the patients of each
 * fingerprint in \`uses\`. \`shifts\`: places in this note less those of the remembered use, equal along one template; of the last run.
 * A pair is a stretch that a second patient's notes hold as well, though it is no template.
 */
export const templateRuns = `
// Writes for each fingerprint where it is filed, or -1: no second patient has it. What the chart has already knows its row. All at once,
// so that the waits for memory overlap.
function findAll(prints) {
  let likely = 0;
  for (let i = 0; i < prints; i++) {
    let entry = entries[i];
    if (entry >= 0) places[i] = entryRow[entry];
    else {
      places[i] = -1;
      near[likely] = i;
      likely += isSieved(key[i] * spread);
    }
  }
  let looked = 0;
  for (let n = 0; n < likely; n++) looked ^= slots[(key[near[n]] * spread >>> 7) & slotMask];
  touched = looked;
  let row = -1;
  for (let n = 0; n < likely; n++) {
    let i = near[n];
    let before = row + 1;
    if (before > 0 && before < used && rows[before * 8] == key[i] && rows[before * 8 + 1] == check[i]) row = before;
    else row = find(key[i], check[i]);
    places[i] = row;
  }
}

// How far the remembered use agrees behind the fingerprint.
inline function closesAt(place, here) {
  let behind = place * 2 * reach + reach - here - gram;
  let closes = here + gram;
  while (closes < to && closes - here - gram < reach && contexts[behind + closes] == word[closes]) closes++;
  return closes;
}

inline function isBeside(shift) {
  for (let n = 0; n < shiftsFound; n++) {
    let apart = shifts[n] - shift;
    if (apart <= drift && apart >= -drift) return 1;
  }
  return 0;
}

// The run ends where the farthest of its last fingerprints says; the others lie too far back to say anything.
function closeRun(run, first, last) {
  for (let p = last; p >= first; p--) {
    let here = from + at[p];
    if (here + gram + reach <= runTo[run]) return;
    let closes = closesAt(places[p], here);
    if (closes > runTo[run]) runTo[run] = closes;
  }
}

function closePair() {
  if (keysFound > openPair && pairTo[pairsFound] - pairFrom[pairsFound] >= leastPair) {
    pairKeys[pairsFound] = openPair;
    pairCount[pairsFound] = keysFound - openPair;
    pairsFound++;
    openPair = keysFound;
  } else keysFound = openPair;
}

function lengthen(here, one) {
  if (keysFound > openPair) if (here - pairTo[pairsFound] > sharedGap) closePair();
  if (keysFound == openPair) pairFrom[pairsFound] = here;
  keys[keysFound] = one;
  keysFound++;
  pairTo[pairsFound] = here + gram;
}

function templateRuns(prints) {
  let begin = from;
  runsFound = 0;
  usesFound = 0;
  // Where the run that is open began without a gap; -1: none is open.
  let opened = -1;
  for (let p = 0; p <= prints; p++) {
    let place = p < prints ? places[p] : -1;
    let patients = 0;
    let hands = 0;
    let isTemplateHere = 0;
    if (place >= 0) {
      patients = rows[place * 8 + 4];
      hands = rows[place * 8 + 5];
      isTemplateHere = patients >= patientsOfAll || (patients >= patientsOfOneHand && hands != 0);
    }
    if (!isTemplateHere) {
      if (opened >= 0) closeRun(runsFound - 1, opened, p - 1);
      opened = -1;
      if (place >= 0) lengthen(begin + at[p], key[p]);
      continue;
    }
    let here = begin + at[p];
    let last = runsFound - 1;
    let scope = hands >>> 16 != 0 ? 0 : hands != 0 ? 1 : 2;
    let shift = here - rows[place * 8 + 6];
    let open = here;
    if (opened < 0) {
      let before = place * 2 * reach + reach - 1 - here;
      while (open > begin && here - open < reach && contexts[before + open] == word[open - 1]) open--;
    }
    let joins = opened >= 0;
    if (!joins && last >= 0) joins = open - runTo[last] <= filledIn && isBeside(shift);
    if (joins) {
      if (shifts[shiftsFound - 1] != shift && shiftsFound < mostShifts) {
        shifts[shiftsFound] = shift;
        shiftsFound++;
      }
      if (here + gram > runTo[last]) runTo[last] = here + gram;
      uses[usesFound] = patients;
      usesFound++;
      runCount[last] += 1;
      runFirm[last] += patients >= patientsOfAll;
      if (key[p] < runKey[last]) runKey[last] = key[p];
      if (scope > runScope[last]) runScope[last] = scope;
    } else {
      let closes = closesAt(place, here);
      let isNew = 1;
      if (last >= 0) isNew = closes > runTo[last];
      if (isNew) {
        let run = last + 1;
        runFrom[run] = open;
        if (last >= 0) if (runTo[last] > open) runFrom[run] = runTo[last];
        runTo[run] = closes;
        runFirm[run] = patients >= patientsOfAll;
        runScope[run] = scope;
        runKey[run] = key[p];
        runUses[run] = usesFound;
        runCount[run] = 1;
        runPatients[run] = 0;
        uses[usesFound] = patients;
        usesFound++;
        shifts[0] = shift;
        shiftsFound = 1;
        runsFound = run + 1;
      }
    }
    if (opened < 0) opened = p;
  }
  closePair();
}

// Most of it stands in the notes of many patients.
inline function isFirm(run) { return runFirm[run] * 2 >= runCount[run]; }

// What a run says of its patients: those of its rarer half, so that a common phrase inside does not flatter. The number in the middle is
// found by dividing again and again (Hoare CAR. Commun ACM 1961;4:321).
function patientsOf(run) {
  if (runPatients[run] > 0) return runPatients[run];
  let low = runUses[run];
  let high = low + runCount[run] - 1;
  let wanted = low + ((runCount[run] - 1) >>> 1);
  while (low < high) {
    let pivot = uses[(low + high) >>> 1];
    let left = low;
    let right = high;
    while (left <= right) {
      while (uses[left] < pivot) left++;
      while (uses[right] > pivot) right--;
      if (left <= right) {
        let held = uses[left];
        uses[left] = uses[right];
        uses[right] = held;
        left++;
        right--;
      }
    }
    if (wanted <= right) high = right;
    else if (wanted >= left) low = left;
    else break;
  }
  runPatients[run] = uses[wanted];
  return runPatients[run];
}
`;
