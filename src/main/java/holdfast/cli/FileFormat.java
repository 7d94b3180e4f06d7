package holdfast.cli;

import holdfast.Limits;
import holdfast.Progress;
import holdfast.Structure;
import holdfast.chunkio.ChunkFiles;
import holdfast.groove.GrooveFiles;
import holdfast.lz4.Lz4BlockInputStream;
import holdfast.lz4.Lz4Frame;
import holdfast.lz4.Lz4FrameInputStream;
import holdfast.lz4.Lz4FrameReadOptions;
import holdfast.sidecar.Sidecars;
import holdfast.snapshot.RecordStoreFiles;
import holdfast.snapshot.SnapshotFiles;
import holdfast.snapshot.SnapshotLoader;
import holdfast.snapshot.VerifyLevel;
import holdfast.wksp.Wksp;
import holdfast.wksp.WkspRestore;
import holdfast.wksp.WkspUsage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The file formats that {@code inspect} and {@code verify} know, told apart by their first bytes
 * and never by names.
 */
enum FileFormat {
  /** Frames of all three kinds, in any mixture. */
  LZ4_FRAMES("LZ4 frames") {
    private static final int FRAME_MAGIC = 0x184D2204;
    private static final int LEGACY_MAGIC = 0x184C2102;
    private static final int SKIPPABLE_MAGIC = 0x184D2A50;

    @Override
    boolean matches(byte[] head) {
      if (head.length < Integer.BYTES) {
        return false;
      }
      int magic =
          (head[0] & 0xFF)
              | (head[1] & 0xFF) << 8
              | (head[2] & 0xFF) << 16
              | (head[3] & 0xFF) << 24;
      return magic == FRAME_MAGIC || magic == LEGACY_MAGIC || (magic & ~0xF) == SKIPPABLE_MAGIC;
    }

    @Override
    Structure inspect(FileChannel file, Limits limits) throws IOException {
      return Lz4Frame.inspect(file, Lz4FrameReadOptions.DEFAULT.withLimits(limits), false);
    }

    @Override
    long verify(FileChannel file, Limits limits) throws IOException {
      // Not closed: the caller owns the file.
      @SuppressWarnings("resource")
      InputStream plain =
          new Lz4FrameInputStream(file, Lz4FrameReadOptions.DEFAULT.withLimits(limits));
      return drain(plain);
    }
  },

  /** What lz4-java's block streams write; no other tool reads it. */
  LZ4_JAVA_BLOCKS("lz4-java block streams") {
    private static final String MAGIC = "LZ4Block";

    @Override
    boolean matches(byte[] head) {
      return new String(head, StandardCharsets.ISO_8859_1).startsWith(MAGIC);
    }

    @Override
    Structure inspect(FileChannel file, Limits limits) throws IOException {
      return Lz4BlockInputStream.inspect(Channels.newInputStream(file), limits);
    }

    @Override
    long verify(FileChannel file, Limits limits) throws IOException {
      // Not closed: the caller owns the file.
      @SuppressWarnings("resource")
      InputStream plain = new Lz4BlockInputStream(Channels.newInputStream(file), limits, true);
      return drain(plain);
    }
  },

  /** Allocations of a workspace, in any of the three styles. */
  WKSP_CHECKPT("workspace checkpoints") {
    @Override
    boolean matches(byte[] head) {
      return WkspRestore.isCheckpt(head);
    }

    @Override
    Structure inspect(Path path, FileChannel file, Limits limits) throws IOException {
      return WkspRestore.inspect(path, limits);
    }

    @Override
    Verdict verdict(Path path, FileChannel file, Limits limits) throws IOException {
      int threads = Runtime.getRuntime().availableProcessors();
      long size = WkspRestore.verify(path, threads, limits, Progress.NONE);
      int stores = RecordStoreFiles.count(path, limits);
      if (stores == 0) {
        return new Verdict(size, "");
      }
      long footprint = RecordStoreFiles.footprint(path);
      if (footprint > limits.memoryMax()) {
        String megabytes = ((footprint >> 20) + 1) + "M";
        return new Verdict(
            size, stores(stores) + " not looked at, which takes --limit-mem " + megabytes);
      }
      RecordStoreFiles.verifyCheckpt(path, threads, limits, Progress.NONE);
      return new Verdict(size, stores(stores));
    }
  },

  /** Workspaces themselves. Their checkpoints begin with the same magic, so those come first. */
  WKSP("workspaces") {
    @Override
    boolean matches(byte[] head) {
      return Wksp.isWksp(head);
    }

    @Override
    Structure inspect(Path path, FileChannel file, Limits limits) throws IOException {
      Structure region = Wksp.inspect(path);
      List<Structure> parts = new ArrayList<>(region.parts());
      try (Wksp wksp = Wksp.openReadOnly(path)) {
        parts.addAll(RecordStoreFiles.structures(wksp));
      }
      return new Structure(region.name(), region.offset(), region.size(), region.value(), parts);
    }

    @Override
    Verdict verdict(Path path, FileChannel file, Limits limits) throws IOException {
      try (Wksp wksp = Wksp.openReadOnly(path)) {
        wksp.verify();
        int stores = RecordStoreFiles.find(wksp).size();
        if (stores > 0) {
          RecordStoreFiles.verify(path, limits);
        }
        WkspUsage usage = wksp.usage();
        return new Verdict(usage.totalSize() - usage.freeSize(), stores(stores));
      } catch (IllegalStateException e) {
        throw CommandException.refused(e.getMessage(), "");
      }
    }
  },

  /** Checksums of another file's blocks. */
  SIDECAR("integrity sidecars") {
    private static final String MAGIC = "HFSIDEC1";

    @Override
    boolean matches(byte[] head) {
      return new String(head, StandardCharsets.ISO_8859_1).startsWith(MAGIC);
    }

    @Override
    Structure inspect(Path path, FileChannel file, Limits limits) throws IOException {
      return Sidecars.inspect(path);
    }

    @Override
    long verify(Path path, FileChannel file, Limits limits) throws IOException {
      return Sidecars.inspect(path).size();
    }
  },

  /** An allocator's state and volumes. */
  GROOVE_REGION("groove regions") {
    @Override
    boolean matches(byte[] head) {
      return GrooveFiles.isRegion(head);
    }

    @Override
    Structure inspect(Path path, FileChannel file, Limits limits) throws IOException {
      return GrooveFiles.structure(path);
    }

    @Override
    long verify(Path path, FileChannel file, Limits limits) throws IOException {
      return GrooveFiles.verify(path);
    }
  },

  /** States of record stores. */
  SNAPSHOT("snapshots") {
    @Override
    boolean matches(byte[] head) {
      return SnapshotFiles.isSnapshot(head);
    }

    @Override
    Structure inspect(Path path, FileChannel file, Limits limits) throws IOException {
      return SnapshotFiles.structure(path);
    }

    @Override
    long verify(Path path, FileChannel file, Limits limits) throws IOException {
      int threads = SnapshotCommand.processors();
      return SnapshotLoader.verify(path, VerifyLevel.FULL, limits, threads, Progress.NONE)
          .valueBytes();
    }
  },

  /** Files of chunk stores. Their magic is short, so they come last. */
  CHUNK("chunks") {
    private static final int HEADER = 24;

    @Override
    boolean matches(byte[] head) {
      return head.length >= HEADER && (head[0] & 0xFF) == 0xC1 && head[1] == 0;
    }

    @Override
    Structure inspect(Path path, FileChannel file, Limits limits) throws IOException {
      return ChunkFiles.structure(path);
    }

    @Override
    long verify(Path path, FileChannel file, Limits limits) throws IOException {
      return ChunkFiles.verify(path);
    }
  };

  /** Bytes that are enough to tell all formats. */
  static final int HEAD_SIZE = 64;

  private final String title;

  FileFormat(String title) {
    this.title = title;
  }

  /** What the format is called. */
  String title() {
    return title;
  }

  /**
   * Whether a file of this format begins so.
   *
   * @param head the first bytes of the file, {@link #HEAD_SIZE} or all there are
   */
  abstract boolean matches(byte[] head);

  /**
   * Reads the parts of a file without decoding its content.
   *
   * @param path the file
   * @param file the same, open, at its start
   */
  Structure inspect(Path path, FileChannel file, Limits limits) throws IOException {
    return inspect(file, limits);
  }

  /** The same for a format that is read in order. */
  Structure inspect(FileChannel file, Limits limits) throws IOException {
    throw new AssertionError(this);
  }

  /**
   * What a check found in a sound file.
   *
   * @param contentSize bytes of content
   * @param note what else there is to say; empty for nothing
   */
  record Verdict(long contentSize, String note) {}

  /**
   * Checks everything that can be checked in a file.
   *
   * @param path the file
   * @param file the same, open, at its start
   * @throws holdfast.CorruptDataException at the first thing that is wrong
   */
  Verdict verdict(Path path, FileChannel file, Limits limits) throws IOException {
    return new Verdict(verify(path, file, limits), "");
  }

  /** The same for a format of which there is nothing to say but the bytes of its content. */
  long verify(Path path, FileChannel file, Limits limits) throws IOException {
    return verify(file, limits);
  }

  /** The same for a format that is read in order. */
  long verify(FileChannel file, Limits limits) throws IOException {
    throw new AssertionError(this);
  }

  private static String stores(int count) {
    return switch (count) {
      case 0 -> "";
      case 1 -> "1 record store";
      default -> count + " record stores";
    };
  }

  /** The format of a file; {@code null} when it is none of these. Leaves the position alone. */
  static FileFormat of(FileChannel file) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(HEAD_SIZE);
    while (head.hasRemaining() && file.read(head, head.position()) >= 0) {
      // Until the buffer is full or the file ends.
    }
    byte[] bytes = new byte[head.flip().remaining()];
    head.get(bytes);
    for (FileFormat format : values()) {
      if (format.matches(bytes)) {
        return format;
      }
    }
    return null;
  }

  /** Reads a stream to its end; says how much came. */
  private static long drain(InputStream plain) throws IOException {
    byte[] buffer = new byte[1 << 20];
    long size = 0;
    for (int n = plain.read(buffer); n >= 0; n = plain.read(buffer)) {
      size += n;
    }
    return size;
  }

  /** The names of all formats, for messages. */
  static String titles() {
    StringBuilder titles = new StringBuilder();
    for (FileFormat format : values()) {
      titles.append(titles.isEmpty() ? "" : ", ").append(format.title);
    }
    return titles.toString();
  }

  /** The same for help: a few on each line, indented by two columns. */
  static String titleLines() {
    StringBuilder lines = new StringBuilder("  ");
    int column = 0;
    for (FileFormat format : values()) {
      if (column > 60) {
        lines.append(",\n  ");
        column = 0;
      } else if (column > 0) {
        lines.append(", ");
      }
      lines.append(format.title);
      column += 2 + format.title.length();
    }
    return lines.toString();
  }
}
