; "Add to Vitrine" in the menu of folders: electron-builder's fileAssociations know files only. In the hive that the rest is installed to.
!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Classes\Directory\shell\Vitrine" "" "Add to Vitrine"
  WriteRegStr SHELL_CONTEXT "Software\Classes\Directory\shell\Vitrine" "Icon" "$INSTDIR\${APP_EXECUTABLE_FILENAME},0"
  WriteRegStr SHELL_CONTEXT "Software\Classes\Directory\shell\Vitrine\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
!macroend

!macro customUnInstall
  DeleteRegKey SHELL_CONTEXT "Software\Classes\Directory\shell\Vitrine"
!macroend
