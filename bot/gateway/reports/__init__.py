"""Reports that people look at: pages with plots and tables, a yearly overview to print, files to count further."""
