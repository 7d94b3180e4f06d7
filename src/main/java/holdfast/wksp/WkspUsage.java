package holdfast.wksp;

/**
 * How full a workspace was when it was looked at.
 *
 * @param partMax how many partitions it can have
 * @param totalCount how many it has, free ones included
 * @param totalSize their bytes: all data of the workspace
 * @param freeCount how many are free
 * @param freeSize their bytes
 * @param taggedCount how many have one of the tags that were asked for; tag 0 stands for free ones
 * @param taggedSize their bytes
 */
public record WkspUsage(
    long partMax,
    long totalCount,
    long totalSize,
    long freeCount,
    long freeSize,
    long taggedCount,
    long taggedSize) {}
