// What is each token of this note: copied, templated, or neither? The routines of the machine; `provenance.ts` calls them.

export const tracingNumbers = {
  authored: 0, copied: 1, templated: 2, imported: 3,
  /** A copy has at least so many tokens that match its source, outside templates. */
  leastCopied: 18,
  /** Or, where its sentences are each common, so many tokens, of which so many stand beside the longest common stretch. */
  leastOfSentences: 28,
  leastBeside: 14,
  /** And at least this share of its tokens match, in hundredths. */
  leastSimilar: 70,
  /** A template has at least so many tokens, and inside a copy so many before it is told apart from the copy: more where few patients have it. */
  leastTemplate: 16,
  leastTemplateInCopy: 30,
  leastFewInCopy: 40,
  /** A template of so many tokens is known again in later notes even where edits hide it from the corpus. */
  leastHandedOn: 50,
  /** Text shared with few other patients is told from so many tokens on. */
  leastShared: 16,
  /** Of text that is the same throughout, a fingerprint is kept about every fifth token; edits take some. */
  expectedGap: 12,
};

export const tracing = `
// Long enough to be told apart inside a copy.
inline function standsAlone(run) { return runTo[run] - runFrom[run] >= (isFirm(run) ? leastTemplateInCopy : leastFewInCopy); }

function countKind(begins, ends, is) {
  let all = 0;
  for (let i = begins - from; i < ends - from; i++) all += kind[i] == is;
  return all;
}

// Long and alike enough, not counting what is template anyway. Sentences that everybody writes, in the same order as in an earlier note,
// are a copy too once there are several of them.
function isCopy(m) {
  let begins = matchFrom[m];
  let ends = matchTo[m];
  let length = ends - begins;
  if (matched[m] < leastCopied || matched[m] * 100 < leastSimilar * length) return 0;
  let own = taken > 0 ? length - countKind(begins, ends, templated) : length;
  let common = 0;
  let longest = 0;
  for (let run = 0; run < runsFound; run++) {
    if (runFrom[run] >= ends) break;
    let first = runFrom[run] > begins ? runFrom[run] : begins;
    let last = runTo[run] < ends ? runTo[run] : ends;
    if (last <= first) continue;
    let overlap = taken > 0 ? last - first - countKind(first, last, templated) : last - first;
    if (standsAlone(run)) own -= overlap;
    else {
      common += overlap;
      if (overlap > longest) longest = overlap;
    }
  }
  return own - common >= leastCopied || (own >= leastOfSentences && own - longest >= leastBeside);
}

// What runs alongside a template of an earlier note is that template, edited until the corpus does not know it any more.
function takeOverTemplates(m) {
  for (let token = matchFrom[m]; token < matchTo[m]; token++) {
    let there = map[token - from];
    let isTaken = 0;
    if (there >= sourceFrom[m] && there < sourceTo[m]) isTaken = isTemplate[there];
    else if (token > matchFrom[m]) isTaken = isTemplate[token - 1];
    if (!isTaken) continue;
    isTemplate[token] = 1;
    kind[token - from] = templated;
    taken++;
  }
}

// Every copied token takes over the origin of its source; a token changed on the way belongs to the copy around it.
function traceOrigins(m) {
  let begin = from;
  let first = matchFrom[m];
  let end = matchTo[m];
  let thereFrom = sourceFrom[m];
  let thereTo = sourceTo[m];
  let source = matchNote[m];
  for (let token = first; token < end; token++) {
    let there = map[token - begin];
    if (there >= thereFrom && there < thereTo) {
      let origin = originNote[there];
      if (origin < 0) {
        originNote[token] = source;
        originStart[token] = opens[there];
        depth[token] = 1;
      } else {
        originNote[token] = origin;
        originStart[token] = originStart[there];
        let deep = depth[there] + 1;
        depth[token] = deep < 65535 ? deep : 65535;
      }
    } else if (token > first) {
      originNote[token] = originNote[token - 1];
      originStart[token] = originStart[token - 1];
      depth[token] = depth[token - 1];
    }
  }
}

function becomes(begins, ends, is) {
  for (let i = begins - from; i < ends - from; i++) if (kind[i] == authored) kind[i] = is;
}

// Marks what of a run is template, and answers whether anything is.
function markTemplate(run) {
  let begins = runFrom[run];
  let length = runTo[run] - begins;
  if (standsAlone(run)) {
    fill(kind, begins - from, length, templated);
    if (isFirm(run) && length >= leastHandedOn) {
      fill(isTemplate, begins, length, 1);
      hasTemplates = 1;
    }
    return 1;
  }
  if (countKind(begins, begins + length, authored) < leastTemplate) return 0;
  becomes(begins, begins + length, templated);
  return 1;
}

inline function moveRun(run, into) {
  runFrom[into] = runFrom[run];
  runTo[into] = runTo[run];
  runFirm[into] = runFirm[run];
  runScope[into] = runScope[run];
  runKey[into] = runKey[run];
  runUses[into] = runUses[run];
  runCount[into] = runCount[run];
  runPatients[into] = runPatients[run];
}

// Files the note's tokens in the chart and marks each of them. known: there are templates.
function trace(tokens, prints, known) {
  beginNote();
  let begin = count;
  from = begin;
  to = begin + tokens;
  count = to;
  copy(word, begin, hash, 0, tokens);
  copy(opens, begin, start, 0, tokens);
  copy(closes, begin, end, 0, tokens);
  firstToken[notes] = to;
  fill(originNote, begin, tokens, 255);
  fill(isTemplate, begin, tokens, 0);
  fill(kind, 0, tokens, authored);
  fill(skip, 0, tokens, 0);
  fill(map, 0, tokens, 255);
  newest(prints);
  runsFound = 0;
  pairsFound = 0;
  openPair = 0;
  keysFound = 0;
  taken = 0;
  matchesFound = 0;
  if (known) {
    findAll(prints);
    templateRuns(prints);
    for (let run = 0; run < runsFound; run++) if (standsAlone(run)) fill(skip, runFrom[run] - begin, runTo[run] - runFrom[run], 1);
  }
  if (notes > 1) findMatches(prints);
  // All of them before the first is judged: what is template counts for none.
  if (hasTemplates) for (let m = 0; m < matchesFound; m++) takeOverTemplates(m);
  let copies = 0;
  for (let m = 0; m < matchesFound; m++) if (isCopy(m)) {
    moveMatch(m, copies);
    copies++;
  }
  matchesFound = copies;
  for (let m = 0; m < copies; m++) {
    if (taken == 0) fill(kind, matchFrom[m] - begin, matchTo[m] - matchFrom[m], copied);
    else becomes(matchFrom[m], matchTo[m], copied);
    traceOrigins(m);
  }
  let kept = 0;
  for (let run = 0; run < runsFound; run++) if (markTemplate(run)) {
    moveRun(run, kept);
    kept++;
  }
  runsFound = kept;
}

// Whether a stretch shared with other patients is long and nothing else explains it. Answers how many there are.
function unexplained() {
  let found = 0;
  for (let pair = 0; pair < pairsFound; pair++) {
    let length = pairTo[pair] - pairFrom[pair];
    let left = countKind(pairFrom[pair], pairTo[pair], authored);
    pairKept[pair] = left >= leastShared && left * 2 >= length && pairCount[pair] * expectedGap >= length;
    found += pairKept[pair];
  }
  return found;
}
`;
