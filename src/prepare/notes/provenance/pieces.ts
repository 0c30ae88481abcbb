// How do marked tokens become stretches that cover the text and know where they come from? The routines of the machine.

export const pieceNumbers = {
  /** Inside a copy, a change of origin of fewer tokens than this belongs to its neighbours. */
  leastOrigin: 4,
  farthest: 0x7fffffff,
};

/** Where each number of a stretch stands in `out`. `patients` 0: nothing is known of the template. */
export const field = { kind: 0, start: 1, end: 2, tokens: 3, source: 4, sourceStart: 5, sourceEnd: 6, origin: 7, originStart: 8, originEnd: 9, depth: 10, matched: 11, of: 12, key: 13, patients: 14, scope: 15 } as const;

export const pieces = `
inline function add(is, begins, ends, of) {
  if (piecesFound == mostPieces) pieceTo[piecesFound - 1] = ends;
  else {
    pieceKind[piecesFound] = is;
    pieceFrom[piecesFound] = begins;
    pieceTo[piecesFound] = ends;
    pieceOf[piecesFound] = of;
    piecesFound++;
  }
}

// One piece per origin note; a few words of another origin in between belong to their neighbours.
function originPieces(begins, ends, m) {
  let open = begins;
  let token = begins;
  while (token < ends) {
    let origin = originNote[token];
    let end = token + 1;
    while (end < ends && originNote[end] == origin) end++;
    if (end < ends && end - token >= leastOrigin) {
      // Whether another origin begins here and stays.
      let stays = end + 1;
      while (stays < ends && stays - end < leastOrigin && originNote[stays] == originNote[end]) stays++;
      if (stays - end >= leastOrigin) {
        add(copied, open, end, m);
        open = end;
      }
    }
    token = end;
  }
  add(copied, open, ends, m);
}

function findPieces() {
  let begin = from;
  let last = to;
  let m = 0;
  let r = 0;
  piecesFound = 0;
  let token = begin;
  while (token < last) {
    let is = kind[token - begin];
    let end = token + 1;
    if (is == copied) {
      while (matchTo[m] <= token) m++;
      let stop = matchTo[m];
      while (end < stop && kind[end - begin] == is) end++;
      originPieces(token, end, m);
    } else if (is == templated) {
      while (r < runsFound && runTo[r] <= token) r++;
      let isInside = r < runsFound && runFrom[r] <= token;
      let stop = last;
      if (r < runsFound) stop = isInside ? runTo[r] : runFrom[r] < last ? runFrom[r] : last;
      while (end < stop && kind[end - begin] == is) end++;
      // An edited template that only an earlier note explains belongs to the one beside it.
      let joins = 0;
      if (!isInside && piecesFound > 0) joins = pieceKind[piecesFound - 1] == is;
      if (joins) pieceTo[piecesFound - 1] = end;
      else add(is, token, end, isInside ? r : -1);
    } else {
      while (end < last && kind[end - begin] == is) end++;
      add(is, token, end, -1);
    }
    token = end;
  }
}

// The value most tokens have, by the count of Boyer and Moore: where none has more than half, one that many have.
function originOf(begins, ends) {
  let leading = originNote[begins];
  let lead = 0;
  for (let at = begins; at < ends; at++) {
    if (originNote[at] == leading) lead++;
    else {
      lead--;
      if (lead < 0) {
        leading = originNote[at];
        lead = 1;
      }
    }
  }
  return leading;
}
function depthOf(begins, ends) {
  let leading = depth[begins];
  let lead = 0;
  for (let at = begins; at < ends; at++) {
    if (depth[at] == leading) lead++;
    else {
      lead--;
      if (lead < 0) {
        leading = depth[at];
        lead = 1;
      }
    }
  }
  return leading;
}

function fillCopied(o, begins, ends, m) {
  let origin = originOf(begins, ends);
  let thereFrom = sourceFrom[m];
  let thereTo = sourceTo[m];
  let first = farthest;
  let last = -1;
  let originFrom = farthest;
  let originTo = -1;
  let same = 0;
  for (let token = begins; token < ends; token++) {
    let there = map[token - from];
    if (there < thereFrom || there >= thereTo) continue;
    same++;
    if (there < first) first = there;
    if (there > last) last = there;
    if (originNote[token] != origin) continue;
    let open = originStart[token];
    let close = open + closes[token] - opens[token];
    if (open < originFrom) originFrom = open;
    if (close > originTo) originTo = close;
  }
  if (same == 0) {
    // Only changed words stand here, between a template and the rest of the copy.
    first = thereFrom;
    last = thereTo - 1;
    originFrom = opens[first];
    originTo = closes[last];
  }
  out[o + 4] = matchNote[m];
  out[o + 5] = opens[first];
  out[o + 6] = closes[last];
  out[o + 7] = origin;
  out[o + 8] = originFrom;
  out[o + 9] = originTo;
  out[o + 10] = depthOf(begins, ends);
  out[o + 11] = same > 1 ? same : 1;
  let widest = ends - begins;
  if (last - first + 1 > widest) widest = last - first + 1;
  out[o + 12] = widest;
}

// Writes the stretches of the note and counts words and letters of each kind. isAscii: the text lies in memory, and punctuation belongs to
// the word before it, white space and what follows to the next. All stands in out from into on. Otherwise \`end\` is that of the last word, until somebody has looked.
function span(isAscii, length, into) {
  findPieces();
  wordsAuthored = 0;
  wordsCopied = 0;
  wordsTemplated = 0;
  wordsImported = 0;
  lettersAuthored = 0;
  lettersCopied = 0;
  lettersTemplated = 0;
  lettersImported = 0;
  let begins = 0;
  for (let piece = 0; piece < piecesFound; piece++) {
    let o = into + piece * fields;
    let is = pieceKind[piece];
    let first = pieceFrom[piece];
    let next = pieceTo[piece];
    let of = pieceOf[piece];
    let ends = length;
    if (piece + 1 < piecesFound) {
      ends = closes[next - 1];
      if (isAscii) {
        let border = opens[next];
        while (ends < border && text[ends] > 32) ends++;
      }
    }
    out[o] = is;
    out[o + 1] = begins;
    out[o + 2] = ends;
    out[o + 3] = next - first;
    out[o + 14] = 0;
    let letters = ends - begins;
    let words = next - first;
    if (is == authored) {
      wordsAuthored += words;
      lettersAuthored += letters;
    } else if (is == copied) {
      wordsCopied += words;
      lettersCopied += letters;
      fillCopied(o, first, next, of);
    } else if (is == templated) {
      wordsTemplated += words;
      lettersTemplated += letters;
      if (of >= 0) {
        out[o + 13] = runKey[of];
        out[o + 14] = patientsOf(of);
        out[o + 15] = runScope[of];
      }
    } else {
      wordsImported += words;
      lettersImported += letters;
    }
    begins = ends;
  }
  return piecesFound;
}
`;
