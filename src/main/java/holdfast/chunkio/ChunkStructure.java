package holdfast.chunkio;

import static holdfast.Structure.leaf;

import holdfast.Structure;
import java.util.ArrayList;
import java.util.List;

/** A scanned chunk file as a tree of its parts. */
final class ChunkStructure {
  private ChunkStructure() {}

  static Structure of(ChunkScan scan) {
    List<Structure> parts = new ArrayList<>();
    if (scan.fileSize > 0) {
      parts.add(header(scan));
      long start = ChunkLayout.start(scan.metadataSize);
      long room = Math.max(0, scan.fileSize - start);
      long content = scan.state == ChunkState.CORRUPT ? scan.declaredSize : scan.contentSize;
      content = Math.min(content, room);
      parts.add(
          leaf(
              "metadata",
              ChunkLayout.HEADER,
              Math.min(scan.metadataSize, scan.fileSize - ChunkLayout.HEADER),
              scan.metadataSize + " bytes"));
      if (room > 0) {
        parts.add(leaf("content", start, content, content + " bytes"));
      }
      if (room > content) {
        parts.add(leaf("slack", start + content, room - content, "means nothing"));
      }
    }
    String why = scan.reason == null ? "" : ", " + scan.reason;
    return new Structure("chunk", 0, scan.fileSize, scan.state.text() + why, parts);
  }

  private static Structure header(ChunkScan scan) {
    List<Structure> fields = new ArrayList<>();
    fields.add(leaf("magic", ChunkLayout.MAGIC_OFFSET, Short.BYTES, "c100"));
    fields.add(hex("CRC-32", ChunkLayout.CRC_OFFSET, scan.storedCrc));
    fields.add(hex("zeros", ChunkLayout.ZEROS_OFFSET, scan.zeros));
    fields.add(
        leaf(
            "content size",
            ChunkLayout.SIZE_OFFSET,
            Integer.BYTES,
            scan.declaredSize + (scan.inferred ? ", inferred " + scan.contentSize : "")));
    fields.add(leaf("anchor", ChunkLayout.ANCHOR_SIZE_OFFSET, Long.BYTES, anchor(scan)));
    fields.add(
        leaf(
            "metadata size",
            ChunkLayout.METADATA_SIZE_OFFSET,
            Short.BYTES,
            Integer.toString(scan.metadataSize)));
    return new Structure("header", 0, ChunkLayout.HEADER, "", fields);
  }

  private static Structure hex(String name, long offset, int value) {
    return leaf(name, offset, Integer.BYTES, "%08x".formatted(value));
  }

  private static String anchor(ChunkScan scan) {
    if (scan.anchor == 0) {
      return "none";
    }
    if (scan.anchor == ChunkLayout.LZ4_MARK) {
      return "content is one LZ4 frame";
    }
    return "%d bytes, CRC-32 %08x, %s"
        .formatted(
            ChunkLayout.anchorSize(scan.anchor),
            ChunkLayout.anchorCrc(scan.anchor),
            scan.anchorValid ? "right" : "not right");
  }
}
