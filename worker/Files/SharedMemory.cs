namespace SteelBrowser.Files;

/// <summary>The file system in memory that Linux keeps at <c>/dev/shm</c>.</summary>
internal static class SharedMemory
{
    public const string Path = "/dev/shm";

    /// <summary>0 when there is none.</summary>
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
