"""Files to Images: DICOM, raster pictures, windowing, folders; untrusted decoding runs in a child process."""
