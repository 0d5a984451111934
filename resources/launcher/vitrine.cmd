@echo off
rem The command line of the packaged app: its own Node runs it.
"%~dp0..\node.exe" --disable-warning=ExperimentalWarning "%~dp0..\app.asar.unpacked\dist\node\vitrine.mjs" %*
