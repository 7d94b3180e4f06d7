package holdfast.lz4;

import static holdfast.lz4.FrameLayout.WORD_SIZE;
import static holdfast.lz4.FrameLayout.hex;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.Structure;
import java.util.ArrayList;
import java.util.List;

/** Writes down what a decoder comes across: a record for each frame and, if wanted, every part. */
final class FrameListing implements FrameDecoder.Observer {
  /** What an entry of either list costs, generously. */
  private static final int ENTRY_SIZE = 256;

  private final Limits limits;

  /** Null when only the records are wanted. */
  private final List<Structure> structures;

  private final List<Lz4FrameInfo> infos = new ArrayList<>();
  private final List<Structure> parts = new ArrayList<>();
  private long entries;
  private long end;

  private Lz4FrameInfo.Kind kind;
  private long offset;
  private FrameHeader header;
  private long blockCount;
  private long storedCount;
  private long plainSize;

  FrameListing(Limits limits, boolean withParts) {
    this.limits = limits;
    this.structures = withParts ? new ArrayList<>() : null;
  }

  List<Lz4FrameInfo> infos() {
    return List.copyOf(infos);
  }

  Structure structure() {
    return new Structure("lz4 stream", 0, end, infos.size() + " frames", structures);
  }

  @Override
  public void frame(long at, FrameHeader newHeader, byte headerChecksum) {
    begin(Lz4FrameInfo.Kind.FRAME, at, newHeader);
    newHeader.describe(at, headerChecksum).forEach(this::add);
  }

  @Override
  public void legacyFrame(long at) {
    begin(Lz4FrameInfo.Kind.LEGACY, at, null);
    add(Structure.leaf("magic", at, WORD_SIZE, hex(FrameLayout.LEGACY_MAGIC)));
  }

  @Override
  public void skippableFrame(long at, int magic, long size) {
    begin(Lz4FrameInfo.Kind.SKIPPABLE, at, null);
    add(Structure.leaf("magic", at, WORD_SIZE, hex(magic)));
    add(Structure.leaf("size", at + WORD_SIZE, WORD_SIZE, Long.toString(size)));
    add(Structure.leaf("data", at + 2 * WORD_SIZE, size, "not LZ4"));
  }

  @Override
  public void block(long at, int word, int checksumSize, int plain) {
    boolean isStored = FrameLayout.isStored(word);
    int size = FrameLayout.dataSize(word);
    add(
        Structure.leaf(
            "block " + blockCount,
            at,
            WORD_SIZE + (long) size + checksumSize,
            (isStored ? "stored, " : "compressed, ")
                + size
                + (isStored || plain < 0 ? " bytes" : " bytes for " + plain)
                + (checksumSize > 0 ? ", checksum" : "")));
    blockCount++;
    storedCount += isStored ? 1 : 0;
    plainSize = plain < 0 || plainSize < 0 ? Lz4FrameInfo.UNKNOWN : plainSize + plain;
  }

  @Override
  public void endMark(long at) {
    add(Structure.leaf("end mark", at, WORD_SIZE, hex(FrameLayout.END_MARK)));
  }

  @Override
  public void contentChecksum(long at, int checksum) {
    add(Structure.leaf("content checksum", at, WORD_SIZE, hex(checksum)));
  }

  @Override
  public void endFrame(long at) {
    boolean isFrame = header != null;
    long announced = isFrame && header.knowsContentSize() ? header.contentSize() : -1;
    long plain = announced >= 0 ? announced : plainSize;
    infos.add(
        new Lz4FrameInfo(
            kind,
            offset,
            at - offset,
            isFrame ? header.blockSize() : null,
            isFrame && header.linked(),
            isFrame && header.blockChecksum(),
            isFrame && header.contentChecksum(),
            isFrame ? header.dictionaryId() : Lz4FrameInfo.UNKNOWN,
            announced,
            plain,
            blockCount,
            storedCount));
    if (structures != null) {
      String name =
          switch (kind) {
            case FRAME -> "frame";
            case SKIPPABLE -> "skippable frame";
            case LEGACY -> "legacy frame";
          };
      String value = plain < 0 ? "content of unknown size" : "content of " + plain + " bytes";
      structures.add(
          new Structure(
              name,
              offset,
              at - offset,
              kind == Lz4FrameInfo.Kind.SKIPPABLE ? "no content" : value,
              parts));
    }
    end = at;
  }

  private void begin(Lz4FrameInfo.Kind newKind, long at, FrameHeader newHeader) {
    count(at);
    kind = newKind;
    offset = at;
    header = newHeader;
    blockCount = 0;
    storedCount = 0;
    plainSize = 0;
    parts.clear();
  }

  private void add(Structure part) {
    if (structures != null) {
      count(part.offset());
      parts.add(part);
    }
  }

  private void count(long at) {
    entries++;
    if (entries > limits.memoryMax() / ENTRY_SIZE) {
      throw new CorruptDataException(
          FrameLayout.FORMAT,
          at,
          "a listing that fits into " + limits.memoryMax() + " bytes",
          entries + " parts and more");
    }
  }
}
