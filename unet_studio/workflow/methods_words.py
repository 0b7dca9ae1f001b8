"""The sentences of methods.md that hold for every Workspace."""

from __future__ import annotations

FILES = """\
`cases.csv` has one row for each picture, target and reader; `readers.csv` one for each picture and two readers who
both accepted it; `versions.csv` one for each model version. Pictures are named by the first 12 digits of the
SHA-256 of their pixels (the same as `content_hash` in exported masks' JSON), patients and videos by the first 12
digits of a salted hash; neither names, paths nor tags of patients are in these files. Readers are named as they
named themselves. Every number under "Pictures", "Model versions" and "What each version cost and saved its readers"
can be counted again in `cases.csv`, how each version was judged in `versions.csv`, every number under "Two readers"
in `readers.csv`."""

NO_SAVING = (
    "No saving is stated: a reader needs at least {least} films of {least} patients or videos "
    "with each of two versions."
)

DEFINITIONS = """\
- **Accepted**: `accepted_at` is not empty and `status` is not "excluded". A mask that was accepted again replaces
  the earlier one; the row is of the one that stands.
- **Excluded**: by a reader, with a reason. "not accepted: new" was never begun by anybody, "proposed" was proposed
  and not accepted, "corrected" begun, "later" put off, "unreadable" no picture.
- **Split**: patients (or videos; where neither is known the picture itself) are on the side "train" or "gate",
  about four to one, by a salted hash at first sight and for ever. The side "gate" is never learned from.
- **Judged by** (`method`): a version that learned here is compared with the one that was active, on accepted masks
  that a reader had changed and that the network examined had not learned from. "gate": on the side "gate" alone,
  where at least {enough} patients or videos of it have such masks. "cross-validation", weak evidence: with fewer, on
  the sides "gate" and "train"; the patients of "train" are parted into up to {folds}, each part is examined by a
  network that learned from the others, and the version, the mean of these networks (begun from scratch, one that
  learned from all of "train"), has learned from all of "train" in the end.
- **Verdict**: "better" or "not better" by that comparison. A version goes live where it is better and the mode or a
  reader says so; one that is "not better" only by a reader's choice, with a reason. `promoted` is "yes" where it did.
  Dice before and after are means over the changed masks; the gain in agreement is a mean over patients or videos
  with a 95 % interval from bootstraps over them, and is Dice except where it is known which pixels were touched.
- **Dice** = 2 |A and B| / (|A| + |B|), between the accepted mask and the proposal that it began from as the program
  put it in (threshold 0.5; a threshold that its reader chose is a change), at the picture's own size.
- **HD95**: the 95th percentile of the distances from each border pixel of one mask to the nearest border pixel of
  the other, the larger of both directions, in px of the picture; measured on every n-th row and column so that the
  long side has at most 1024 px. In mm where the picture tells the size of its pixels and they are square.
- **Empty masks**: two empty masks have Dice 1 and HD95 0; an empty one against one that is not has Dice 0 and the
  picture's diagonal as HD95.
- **Changed px**: pixels that differ between the accepted mask and that proposal, at own size. **Unchanged**: none.
- **Active seconds**: from the picture's being on the screen to its acceptance, without what a pause has beyond 20 s
  without input and without the time in which another program has the keyboard or the screen is locked. **Wall
  seconds**: all of it. A mask that was corrected once more counts with the seconds and strokes of all times, unless
  another version had proposed it anew.
- **Films that count for a version**: accepted, begun from a proposal of that version (`version`), `active_seconds`
  above 0. Pictures of any kind are called films.
- **Medians** are per film. Their 95 % intervals are percentile bootstraps ({draws} draws) over patients or videos,
  each drawn with all of its films; none is given below {least} films of {least} patients or videos.
- **Saving**: the median of the reader's first version with enough films less the median of this version, one reader
  at a time and never across readers; its interval redraws the patients of both. The films of two versions are
  different films at different times: a saving is an observation, not a controlled comparison, and contains what the
  reader has learned."""
