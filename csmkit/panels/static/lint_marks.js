// Remarks as lines under the words of a text: a copy of the text that lies exactly beneath it.

// The remarks on words that a change left alone, each where its words are now.
function carried(remarks, before, after) {
  const { head, tail } = changedPart(before, after);
  const moved = after.length - before.length;
  return remarks.flatMap((one) => {
    if (!one.line || one.end <= head) return [one];
    return one.start >= before.length - tail ? [{ ...one, start: one.start + moved, end: one.end + moved }] : [];
  });
}

// The text in pieces, each with the remarks that cover it, the longest first.
function pieces(text, remarks) {
  const placed = remarks.filter((one) => one.line && one.end > one.start);
  const cuts = [...new Set([0, text.length, ...placed.flatMap((one) => [one.start, one.end])])].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((start, at) => {
    const end = cuts[at + 1];
    const over = placed.filter((one) => one.start < end && one.end > start);
    return { text: text.slice(start, end), start, over: over.sort((a, b) => (b.end - b.start) - (a.end - a.start)) };
  });
}

// `numberOf` is what a remark is called in the list; the one that was gone to is `here`.
function markedText(text, remarks, numberOf) {
  const nodes = pieces(text, remarks).map((piece) => {
    const begin = piece.over.filter((one) => one.start === piece.start);
    const numbers = begin.map(numberOf).sort((a, b) => a - b).join(" ");
    return piece.over.reduceRight((inner, one, at) => make("span", {
      class: `mark ${one.sort} deep${Math.min(at, 2)}${one.here ? " here" : ""}`, "data-at": one === begin[0] ? numbers : undefined,
    }, inner), document.createTextNode(piece.text));
  });
  // The last line of a field is there even if nothing stands on it.
  return [...nodes, document.createTextNode("\u200b")];
}
