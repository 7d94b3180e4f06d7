package holdfast.snapshot;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Objects that are costly to make and that one thread at a time may use: borrowed, and given back.
 *
 * <p>A few places, a thread looks at one of them only. It finds its object there unless another
 * thread with the same place is at work; then a new one is made, and one of the two is dropped when
 * both come back. Nothing belongs to a thread, so none leaves anything behind when it ends.
 */
final class Spares<T> {
  private static final int PLACES = 32;

  /** References between two places, so that no two lie in one cache line. */
  private static final int STRIDE = 16;

  private final AtomicReferenceArray<T> places = new AtomicReferenceArray<>(PLACES * STRIDE);
  private final Supplier<T> maker;

  Spares(Supplier<T> maker) {
    this.maker = maker;
  }

  /** An object for the calling thread alone, until it gives it back. */
  T borrow() {
    // Acquires what its last user did to the object; pairs with giveBack.
    T spare = places.getAndSet(place(), null);
    return spare == null ? maker.get() : spare;
  }

  /** Returns an object. One that is in an unknown state, after an exception, is not returned. */
  void giveBack(T object) {
    // Publishes what this thread did to the object; pairs with borrow.
    places.setRelease(place(), object);
  }

  private static int place() {
    return ((int) Thread.currentThread().threadId() & PLACES - 1) * STRIDE;
  }
}
