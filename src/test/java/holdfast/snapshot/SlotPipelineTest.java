package holdfast.snapshot;

import static holdfast.testkit.Latches.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who works on a slot, in which order slots come back, and what becomes of failures. */
@Timeout(60)
class SlotPipelineTest {
  /** A piece of work: what it does, and who did it. */
  private static final class Piece {
    SlotPipeline.Work<Piece> task = piece -> {};
    volatile Thread worker;

    void run() throws IOException {
      worker = Thread.currentThread();
      task.run(this);
    }
  }

  private final List<Piece> pieces = IntStream.range(0, 4).mapToObj(i -> new Piece()).toList();

  private SlotPipeline<Piece> pipeline(int threads) {
    return new SlotPipeline<>(pieces, threads, "holdfast-snapshot-t", Piece::run);
  }

  private void submit(SlotPipeline<Piece> pipeline, int count) {
    for (int i = 0; i < count; i++) {
      assertTrue(pieces.contains(pipeline.free()));
      pipeline.submit();
    }
  }

  @Test
  void aloneTheOwnerDoesAllTheWorkInOrder() throws IOException {
    List<Piece> order = new ArrayList<>();
    pieces.forEach(piece -> piece.task = order::add);
    try (var pipeline = pipeline(1)) {
      submit(pipeline, 4);
      assertNull(pipeline.free());
      assertNull(pipeline.oldest(false));
      for (Piece piece : pieces) {
        assertSame(piece, pipeline.oldest(true));
        assertSame(Thread.currentThread(), piece.worker);
        pipeline.release();
      }
      assertNull(pipeline.oldest(true));
      assertTrue(pipeline.isEmpty());
    }
    assertEquals(pieces, order);
  }

  @Test
  void anOwnerThatWouldWaitTakesPart() throws IOException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch last = new CountDownLatch(1);
    pieces.get(0).task =
        piece -> {
          begun.countDown();
          await(last); // the first is done only after somebody else did the last
        };
    pieces.get(3).task = piece -> last.countDown();
    try (var pipeline = pipeline(2)) {
      submit(pipeline, 1);
      await(begun);
      submit(pipeline, 3);
      for (Piece piece : pieces) {
        assertSame(piece, pipeline.oldest(true));
        pipeline.release();
      }
    }
    assertNotSame(Thread.currentThread(), pieces.get(0).worker);
    for (Piece piece : pieces.subList(1, 4)) {
      assertSame(Thread.currentThread(), piece.worker);
    }
  }

  @Test
  void whatIsDoneComesBeforeMoreWork() throws IOException {
    CountDownLatch second = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    pieces.get(1).task =
        piece -> {
          second.countDown();
          await(end);
        };
    try (var pipeline = pipeline(2)) {
      submit(pipeline, 4);
      await(second); // so the first is done, and two are waiting
      assertSame(pieces.get(0), pipeline.oldest(true));
      assertNotSame(Thread.currentThread(), pieces.get(0).worker);
      assertNull(pieces.get(2).worker);
      assertNull(pieces.get(3).worker);
      end.countDown();
    }
  }

  @Test
  void aFailureIsToldWhenItsTurnComesWhoeverMetIt() throws IOException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch failed = new CountDownLatch(1);
    pieces.get(0).task =
        piece -> {
          begun.countDown();
          await(failed);
        };
    pieces.get(1).task =
        piece -> {
          failed.countDown();
          throw new IOException("the owner's");
        };
    pieces.get(2).task =
        piece -> {
          throw new IllegalStateException("anybody's");
        };
    try (var pipeline = pipeline(2)) {
      submit(pipeline, 1);
      await(begun);
      submit(pipeline, 2);
      assertSame(pieces.get(0), pipeline.oldest(true));
      assertSame(Thread.currentThread(), pieces.get(1).worker);
      pipeline.release();
      assertEquals(
          "the owner's", assertThrows(IOException.class, () -> pipeline.oldest(true)).getMessage());
      pipeline.release();
      assertEquals(
          "anybody's",
          assertThrows(IllegalStateException.class, () -> pipeline.oldest(true)).getMessage());
    }
  }

  @Test
  void whatNobodyHasBegunIsNotDoneWhenAllEnds() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch closing = new CountDownLatch(1);
    Thread owner = Thread.currentThread();
    pieces.get(0).task =
        piece -> {
          begun.countDown();
          await(closing);
          while (owner.getState() != Thread.State.WAITING) {
            Thread.onSpinWait(); // until it waits in close
          }
        };
    try (var pipeline = pipeline(2)) {
      submit(pipeline, 4);
      await(begun);
      closing.countDown();
    }
    assertFalse(pieces.get(0).worker.isAlive());
    for (Piece piece : pieces.subList(1, 4)) {
      assertNull(piece.worker);
    }
  }
}
