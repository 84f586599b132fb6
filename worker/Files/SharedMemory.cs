namespace SteelBrowser.Files;

/// <summary>The in-memory file system that Linux mounts at <c>/dev/shm</c>.</summary>
internal static class SharedMemory
{
    public const string Path = "/dev/shm";

    /// <summary>The free space in bytes; 0 when this file system does not exist.</summary>
    public static long FreeBytes
    {
        get
        {
            try
            {
                return new DriveInfo(Path).AvailableFreeSpace;
            }
            catch (IOException)
            {
                return 0;
            }
        }
    }
}
